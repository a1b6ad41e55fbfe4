import { NOW } from './clock.ts'
import { BY_INDEX, DURABLE } from './functions.ts'
import type { Names } from './names.ts'

/**
 * One page. The account's row is locked first and by every writer, so that nothing below changes under it. Everything is decided
 * before the first write: what is unchanged costs no row version and no WAL, and a page that is held back leaves no trace.
 *
 * OFFSET 0 keeps each lookup a lookup: on tables that nobody has analysed yet the planner would rather read all of a model's records.
 */
export function commitFunction(names: Names): string {
  const { accounts, models, records, seen, missing } = names
  const stored = 'model_key, id, seq, generation, modified_at, fence, page, deleted, hash, data, data_text'
  const replaced = stored.split(', ').slice(2)
  const incoming = (which: string) => `
      INSERT INTO ${records} (${stored})
      SELECT model.model_key, i.id, i.seq, i.generation, i.modified_at, given_fence, i.page, i.deleted, i.hash, i.data::json, i.data_text
      FROM unnest(ids, seqs, known, generations, stamps, pages, deletions, hashes, contents, exact)
        AS i (id, seq, known, generation, modified_at, page, deleted, hash, data, data_text)
      WHERE i.seq IS NOT NULL AND ${which}`

  return `CREATE FUNCTION ${names.commit}(
    given_id text, given_fence bigint, given_model text, given_checkpoint text,
    separator text, given_ids text, generations bigint[], stamps bigint[], pages bigint[], deletions boolean[],
    given_hashes text, given_contents text, given_exact text,
    given_sweep bigint, retire_until bigint, delete_at_most bigint,
    releases boolean, release_delay bigint, dirty_seen bigint, given_now bigint
  ) RETURNS text ${BY_INDEX} AS $function$
  DECLARE
    account record;
    model record;
    ids text[] := ${split('given_ids')};
    hashes text[] := ${split('given_hashes')};
    contents text[];
    exact text[];
    seqs bigint[];
    known boolean[];
    written bigint;
    overwritten bigint;
    gone bigint;
    come bigint;
    retired text[] := '{}';
    newest bigint;
    moment bigint;
    next_due bigint;
  BEGIN
    ${DURABLE}
    SELECT a.account_key, a.status, a.fence, a.dirty INTO account FROM ${accounts} a WHERE a.id = given_id FOR UPDATE;
    IF NOT FOUND OR account.status = 'deleted' OR account.fence <> given_fence THEN RETURN 'fenced'; END IF;
    SELECT m.model_key, m.checkpoint, m.seq, m.records INTO model
    FROM ${models} m WHERE m.account_key = account.account_key AND m.model = given_model;

    SELECT array_agg(CASE WHEN v.writes THEN coalesce(model.seq, 0) + v.rank END ORDER BY v.place), array_agg(v.known ORDER BY v.place),
      count(*) FILTER (WHERE v.writes), count(*) FILTER (WHERE v.writes AND v.known),
      count(*) FILTER (WHERE v.writes AND v.goes AND v.lives), count(*) FILTER (WHERE v.writes AND NOT v.goes AND NOT v.lives)
    INTO seqs, known, written, overwritten, gone, come
    FROM (
      SELECT c.*, sum(c.writes::int) OVER (ORDER BY c.place) AS rank
      FROM (
        SELECT i.place, i.deleted AS goes, r.hash IS NOT NULL AS known, coalesce(NOT r.deleted, false) AS lives,
          r.hash IS NULL OR (r.hash <> i.hash OR r.deleted <> i.deleted)
            AND (i.generation, i.modified_at, given_fence, i.page) >= (r.generation, r.modified_at, r.fence, r.page) AS writes
        FROM unnest(ids, generations, stamps, pages, deletions, hashes)
          WITH ORDINALITY AS i (id, generation, modified_at, page, deleted, hash, place)
        LEFT JOIN LATERAL (
          SELECT s.hash, s.deleted, s.generation, s.modified_at, s.fence, s.page
          FROM ${records} s WHERE s.model_key = model.model_key AND s.id = i.id OFFSET 0
        ) r ON true
      ) c
    ) v;

    -- What this sweep and the one before it have missed; what the page itself brings is not missing.
    IF retire_until IS NOT NULL THEN
      SELECT coalesce(array_agg(r.id ORDER BY r.seq), '{}') INTO retired
      FROM ${missing} m CROSS JOIN LATERAL (
        SELECT s.id, s.seq FROM ${records} s
        WHERE s.model_key = m.model_key AND s.id = m.id AND NOT s.deleted AND s.modified_at <= retire_until OFFSET 0
      ) r
      WHERE m.model_key = model.model_key AND m.sweep = given_sweep - 1 AND m.id <> ALL (coalesce(ids, '{}'))
        AND NOT EXISTS (SELECT FROM ${seen} s WHERE s.model_key = m.model_key AND s.sweep = given_sweep AND s.id = m.id);
    END IF;
    gone := gone + cardinality(retired);
    IF gone > delete_at_most THEN RETURN 'held'; END IF;

    newest := coalesce(model.seq, 0) + written + cardinality(retired);
    IF model.model_key IS NULL THEN
      INSERT INTO ${models} AS m (account_key, model, checkpoint, seq, records)
      VALUES (account.account_key, given_model, given_checkpoint, newest, come)
      RETURNING m.model_key, m.checkpoint, 0::bigint AS seq, m.records INTO model;
    ELSIF newest > model.seq OR given_checkpoint IS DISTINCT FROM model.checkpoint THEN
      UPDATE ${models} m SET checkpoint = given_checkpoint, seq = newest, records = m.records + come - gone
      WHERE m.model_key = model.model_key;
    END IF;

    IF written > 0 THEN
      contents := ${split('given_contents')};
      -- A mark alone, which no stored text is: nothing.
      exact := CASE given_exact WHEN '' THEN '{""}' ELSE string_to_array(given_exact, separator, chr(65535)) END;
    END IF;
    IF written > overwritten THEN ${incoming('NOT i.known')};
    END IF;
    IF overwritten > 0 THEN ${incoming('i.known')}
      ON CONFLICT (model_key, id) DO UPDATE SET ${replaced.map((column) => `${column} = excluded.${column}`).join(', ')};
    END IF;

    IF given_sweep IS NOT NULL THEN
      DELETE FROM ${seen} s WHERE s.model_key = model.model_key AND s.sweep < given_sweep;
      INSERT INTO ${seen} (model_key, sweep, id) SELECT model.model_key, given_sweep, i.id FROM unnest(ids) i (id) ON CONFLICT DO NOTHING;
    END IF;
    PERFORM FROM ${missing} m WHERE m.model_key = model.model_key LIMIT 1;
    IF FOUND THEN
      DELETE FROM ${missing} m WHERE m.model_key = model.model_key AND m.id = ANY (ids);
    END IF;
    IF retire_until IS NOT NULL THEN
      UPDATE ${records} r SET seq = model.seq + written + i.place, deleted = true
      FROM unnest(retired) WITH ORDINALITY i (id, place) WHERE r.model_key = model.model_key AND r.id = i.id;
      INSERT INTO ${missing} (model_key, id, sweep)
      SELECT r.model_key, r.id, given_sweep FROM ${records} r
      WHERE r.model_key = model.model_key AND NOT r.deleted
        AND NOT EXISTS (SELECT FROM ${seen} s WHERE s.model_key = r.model_key AND s.sweep = given_sweep AND s.id = r.id)
      ON CONFLICT (model_key, id) DO UPDATE SET sweep = excluded.sweep;
      DELETE FROM ${missing} m WHERE m.model_key = model.model_key AND m.sweep < given_sweep;
    END IF;

    IF releases THEN
      moment := ${NOW};
      next_due := CASE WHEN account.dirty > dirty_seen THEN moment ELSE moment + release_delay END;
      -- Without a due and a lease there is nothing to compare with a clock.
      UPDATE ${accounts} a SET lease = NULL, lease_owner = NULL, due = next_due, recorded_at = CASE WHEN next_due IS NOT NULL THEN moment END
      WHERE a.account_key = account.account_key;
    END IF;
    RETURN json_build_object('changed', written + cardinality(retired), 'deleted', gone, 'seq', newest)::text;
  END $function$`
}

/** Of no text null, of an empty one an array of one: string_to_array takes it for none. */
function split(texts: string) {
  return `CASE ${texts} WHEN '' THEN '{""}' ELSE string_to_array(${texts}, separator) END`
}
