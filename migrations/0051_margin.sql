-- A class's jobs may carry the pupil's name in the margin instead of a sheet between pupils.
ALTER TABLE school DROP CONSTRAINT school_class_sheets_check;
ALTER TABLE school ADD CONSTRAINT school_class_sheets_check CHECK (class_sheets IN ('none', 'separator', 'margin'));

-- How large what was sent of a job is, where it is kept beside the PDF that was made of it.
ALTER TABLE job ADD COLUMN sent_bytes bigint CHECK (sent_bytes >= 0);
