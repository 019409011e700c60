-- What TimescaleDB 2.17 answers with, as far as our statements ask it: tables stay as they are.
CREATE SCHEMA timescaledb_information;
CREATE TABLE known_hypertables (name text PRIMARY KEY, span interval, compressed bool DEFAULT false);
CREATE TABLE known_aggregates (name text PRIMARY KEY);
CREATE TABLE known_jobs (proc text, relation text, said text, PRIMARY KEY (proc, relation));
CREATE VIEW timescaledb_information.hypertables AS
    SELECT 'public'::name AS hypertable_schema, name::name AS hypertable_name,
        compressed AS compression_enabled FROM known_hypertables;
CREATE VIEW timescaledb_information.continuous_aggregates AS
    SELECT 'public'::name AS view_schema, name::name AS view_name FROM known_aggregates;
CREATE TYPE dimension AS (column_name name, span interval);
CREATE FUNCTION by_range(column_name name, partition_interval interval) RETURNS dimension
    LANGUAGE sql AS 'SELECT column_name, partition_interval';
CREATE FUNCTION create_hypertable(relation regclass, dimension dimension,
    create_default_indexes bool DEFAULT true, if_not_exists bool DEFAULT false,
    migrate_data bool DEFAULT false) RETURNS TABLE (hypertable_id int, created bool)
LANGUAGE plpgsql AS $$
DECLARE filled bool;
BEGIN
    IF EXISTS (SELECT FROM known_hypertables WHERE name = relation::text) THEN
        RAISE 'table "%" is already a hypertable', relation; END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', relation) INTO filled;
    IF filled AND NOT migrate_data THEN RAISE 'table "%" is not empty', relation; END IF;
    IF EXISTS (SELECT FROM pg_index WHERE indrelid = relation AND indisunique AND NOT (
        SELECT attnum FROM pg_attribute WHERE attrelid = relation AND attname = column_name(dimension)
    ) = ANY (indkey)) THEN RAISE 'cannot create a unique index without the column'; END IF;
    IF EXISTS (SELECT FROM pg_constraint WHERE confrelid = relation AND contype = 'f') THEN
        RAISE 'cannot have FOREIGN KEY constraints to hypertable'; END IF;
    INSERT INTO known_hypertables VALUES (relation::text, span(dimension));
    RETURN QUERY SELECT 1, true;
END $$;
CREATE FUNCTION licensed() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('timescaledb.license', true) = 'apache' THEN
        RAISE 'functionality not supported under the current "apache" license'; END IF;
END $$;
CREATE FUNCTION is_compressed(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM licensed();
    UPDATE known_hypertables SET compressed = true WHERE name = relation::text;
    IF NOT FOUND THEN RAISE 'table "%" is not a hypertable', relation; END IF;
END $$;
CREATE FUNCTION add_compression_policy(hypertable regclass, compress_after interval,
    if_not_exists bool DEFAULT false) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    PERFORM licensed();
    IF NOT (SELECT compressed FROM known_hypertables WHERE name = hypertable::text) THEN
        RAISE 'compression not enabled on hypertable "%"', hypertable; END IF;
    INSERT INTO known_jobs VALUES ('compression', hypertable::text, compress_after::text);
    RETURN 1000;
END $$;
CREATE FUNCTION add_continuous_aggregate_policy(continuous_aggregate regclass,
    start_offset interval, end_offset interval, schedule_interval interval,
    if_not_exists bool DEFAULT false) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
    PERFORM licensed();
    INSERT INTO known_jobs VALUES ('refresh', continuous_aggregate::text, end_offset::text);
    RETURN 1001;
END $$;
CREATE FUNCTION time_bucket(width interval, at timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE AS $$ SELECT date_bin(width, at, '2000-01-03T00:00Z') $$;
CREATE FUNCTION time_bucket(width interval, at timestamptz, zone text) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE AS $$ SELECT date_trunc('day', at, zone) $$;
