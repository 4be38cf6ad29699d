-- Placeholder: replace the whole content.
SELECT 1;
