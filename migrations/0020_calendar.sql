-- Owner: internal/school.
-- A school's time: terms, days off, bells, who teaches whom when, who covers whom, and exams.

-- What a school has set for itself; a school without a row has the defaults.
CREATE TABLE calendar (
    school_id integer    PRIMARY KEY REFERENCES school,
    weekdays  smallint[] NOT NULL DEFAULT '{1,2,3,4,5}' CHECK (weekdays <@ '{0,1,2,3,4,5,6}' AND cardinality(weekdays) BETWEEN 1 AND 7), -- 0 is Sunday
    opens     time       NOT NULL DEFAULT '07:00',
    closes    time       NOT NULL DEFAULT '18:00',
    hold      time       NOT NULL DEFAULT '18:00' CHECK (hold > '00:00' AND hold < '24:00'), -- when held jobs go
    CHECK (opens < closes)
);
CALL guard_by_school('calendar');
GRANT SELECT, INSERT, UPDATE ON calendar TO inkwell_app;

CREATE TABLE term (
    school_id integer NOT NULL REFERENCES school,
    name      text    NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    first_day date    NOT NULL,
    last_day  date    NOT NULL CHECK (last_day >= first_day),
    PRIMARY KEY (school_id, first_day),
    EXCLUDE USING gist (int4range(school_id, school_id, '[]') WITH &&, daterange(first_day, last_day, '[]') WITH &&)
);
CALL guard_by_school('term');
GRANT SELECT, INSERT, DELETE ON term TO inkwell_app;

CREATE TABLE day_off (
    school_id integer NOT NULL REFERENCES school,
    kind      text    NOT NULL CHECK (kind IN ('holiday', 'inset', 'closure')),
    first_day date    NOT NULL,
    last_day  date    NOT NULL CHECK (last_day >= first_day),
    reason    text    NOT NULL CHECK (length(reason) BETWEEN 1 AND 60),
    PRIMARY KEY (school_id, first_day, kind),
    CHECK (kind <> 'closure' OR first_day = last_day)
);
CALL guard_by_school('day_off');
GRANT SELECT, INSERT, DELETE ON day_off TO inkwell_app;

CREATE TABLE bell (
    school_id integer  NOT NULL REFERENCES school,
    weekday   smallint NOT NULL CHECK (weekday BETWEEN 0 AND 6),
    period    text     NOT NULL CHECK (length(period) BETWEEN 1 AND 20),
    rings     time     NOT NULL,
    until     time     NOT NULL CHECK (until > rings),
    PRIMARY KEY (school_id, weekday, period),
    -- Two periods of a school's day never overlap. A week is a line of minutes.
    EXCLUDE USING gist (int4range(school_id, school_id, '[]') WITH &&,
        int4range(weekday * 1440 + (extract(epoch FROM rings) / 60)::integer, weekday * 1440 + (extract(epoch FROM until) / 60)::integer) WITH &&)
);
CALL guard_by_school('bell');
GRANT SELECT, INSERT, DELETE ON bell TO inkwell_app;

-- The week of a day is A or B; from there weeks take turns.
CREATE TABLE week_anchor (
    school_id integer NOT NULL REFERENCES school,
    day       date    NOT NULL,
    letter    text    NOT NULL CHECK (letter IN ('A', 'B')),
    PRIMARY KEY (school_id, day)
);
CALL guard_by_school('week_anchor');
GRANT SELECT, INSERT, DELETE ON week_anchor TO inkwell_app;

-- Who teaches which class in which period, where, in weeks A, B or both ('').
CREATE TABLE timetable (
    school_id  integer  NOT NULL REFERENCES school,
    week       text     NOT NULL CHECK (week IN ('', 'A', 'B')),
    weekday    smallint NOT NULL CHECK (weekday BETWEEN 0 AND 6),
    period     text     NOT NULL CHECK (length(period) BETWEEN 1 AND 20),
    class_id   bigint   NOT NULL REFERENCES class,
    teacher_id bigint   NOT NULL REFERENCES person,
    room       text     NOT NULL CHECK (length(room) <= 60),
    PRIMARY KEY (school_id, weekday, period, week, class_id, teacher_id)
);
CREATE INDEX timetable_by_teacher ON timetable (teacher_id, weekday, period);
CREATE INDEX timetable_by_class ON timetable (class_id);
CALL guard_by_school('timetable');
GRANT SELECT, INSERT, UPDATE, DELETE ON timetable TO inkwell_app;

-- On that day and in that period the lessons of one teacher are another's.
CREATE TABLE cover (
    school_id  integer     NOT NULL REFERENCES school,
    day        date        NOT NULL,
    period     text        NOT NULL CHECK (length(period) BETWEEN 1 AND 20),
    absent_id  bigint      NOT NULL REFERENCES person,
    cover_id   bigint      NOT NULL REFERENCES person CHECK (cover_id <> absent_id),
    arranged_at timestamptz NOT NULL,
    PRIMARY KEY (school_id, day, period, absent_id)
);
CREATE INDEX cover_by_person ON cover (cover_id, day);
CALL guard_by_school('cover');
GRANT SELECT, INSERT, UPDATE, DELETE ON cover TO inkwell_app;

-- Where there is no timetable, a teacher says which class they are teaching. It ends
-- by itself.
CREATE TABLE lesson_act (
    lesson_act_id bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id     integer     NOT NULL REFERENCES school,
    teacher_id    bigint      NOT NULL REFERENCES person,
    class_id      bigint      NOT NULL REFERENCES class,
    began_at      timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL CHECK (ends_at >= began_at AND ends_at <= began_at + interval '60 minutes'),
    EXCLUDE USING gist (int8range(teacher_id, teacher_id, '[]') WITH &&, tstzrange(began_at, ends_at) WITH &&)
);
CREATE INDEX lesson_act_by_class ON lesson_act (class_id, ends_at);
CALL guard_by_school('lesson_act');
GRANT SELECT, INSERT, UPDATE ON lesson_act TO inkwell_app;

CREATE TABLE exam (
    exam_id    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id  integer     NOT NULL REFERENCES school,
    name       text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    begins_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL CHECK (ends_at > begins_at AND ends_at <= begins_at + interval '24 hours'),
    account    text        NOT NULL CHECK (length(account) <= 60), -- the shared account that pays; '' for none
    added_at   timestamptz NOT NULL,
    removed_at timestamptz CHECK (removed_at >= added_at)
);
CREATE INDEX exam_by_time ON exam (school_id, ends_at) WHERE removed_at IS NULL;
CALL guard_by_school('exam');
GRANT SELECT, INSERT, UPDATE ON exam TO inkwell_app;

-- The stations of an exam, each for one exam at a time. A removed exam's are taken out.
CREATE TABLE exam_station (
    exam_id    bigint    NOT NULL REFERENCES exam,
    school_id  integer   NOT NULL REFERENCES school,
    station_id integer   NOT NULL REFERENCES station,
    during     tstzrange NOT NULL,
    PRIMARY KEY (exam_id, station_id),
    EXCLUDE USING gist (int4range(station_id, station_id, '[]') WITH &&, during WITH &&)
);
CALL guard_by_school('exam_station');
GRANT SELECT, INSERT, DELETE ON exam_station TO inkwell_app;

CREATE TABLE exam_person (
    exam_id   bigint  NOT NULL REFERENCES exam,
    school_id integer NOT NULL REFERENCES school,
    person_id bigint  NOT NULL REFERENCES person,
    PRIMARY KEY (exam_id, person_id)
);
CREATE INDEX exam_person_by_person ON exam_person (person_id);
CALL guard_by_school('exam_person');
GRANT SELECT, INSERT ON exam_person TO inkwell_app;
