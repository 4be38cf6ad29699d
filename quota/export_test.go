package quota

// Fold folds the oldest rows of the tail in the transaction.
var Fold = fold
