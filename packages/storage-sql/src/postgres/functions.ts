import { IS_FREE, IS_SET_BACK, NOW, SETTLED_DUE, SETTLED_LEASE } from './clock.ts'
import type { Names } from './names.ts'
import { accountJson } from './statements.ts'

/**
 * Step 2 of the schema: each method that writes, and the one that reads most, is one function, so that it is one statement, one round trip and one commit
 * whatever the driver. In plpgsql every statement looks anew: what is read after a lock was waited for is what is there now,
 * where one statement with WITH would go on with what it saw before it waited.
 */
export function accountFunctions(names: Names): readonly string[] {
  return [reserve(names), update(names), schedule(names), claim(names), renew(names), purge(names), changes(names)]
}

/** What a session has asked for does not count: what is reported as done is on disk. Until the end of the transaction, so that its commit goes by it. */
export const DURABLE = `IF current_setting('synchronous_commit') = 'off' THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;`

/** Plans are made once for a session, when the tables may be empty: never one that reads a whole table. */
export const BY_INDEX = `LANGUAGE plpgsql SET enable_seqscan = off SET enable_bitmapscan = off SET plan_cache_mode = force_generic_plan`

function reserve({ reserve, accounts, models }: Names) {
  return `CREATE FUNCTION ${reserve}(
    given_id text, given_organization text, given_user text, given_category text, given_origin text, given_slot text,
    given_status text, given_details text, given_created bigint
  ) RETURNS text ${BY_INDEX} AS $function$
  DECLARE
    answer text;
  BEGIN
    ${DURABLE}
    LOOP
      SELECT json_build_object('created', false, 'account', ${accountJson(models)})::text INTO answer FROM ${accounts} a WHERE a.slot = given_slot;
      IF FOUND THEN RETURN answer; END IF;
      -- Waits for whoever is inserting the same slot or id at this moment.
      INSERT INTO ${accounts} AS a
        (id, organization_id, user_id, category, origin_id, slot, status, details, created_at, updated_at, revision, dirty, fence)
      VALUES (given_id, given_organization, given_user, given_category, given_origin, given_slot, given_status, given_details,
        given_created, given_created, 1, 0, 0)
      ON CONFLICT DO NOTHING
      RETURNING json_build_object('created', true, 'account', ${accountJson(models)})::text INTO answer;
      IF FOUND THEN RETURN answer; END IF;
      PERFORM FROM ${accounts} a WHERE a.slot = given_slot;
      CONTINUE WHEN FOUND;
      PERFORM FROM ${accounts} a WHERE a.origin_id = given_origin;
      IF FOUND THEN RETURN 'used'; END IF;
      PERFORM FROM ${accounts} a WHERE a.id = given_id;
      IF FOUND THEN RETURN 'used'; END IF;
    END LOOP;
  END $function$`
}

function update({ update, accounts, models }: Names) {
  return `CREATE FUNCTION ${update}(given_id text, given_revision bigint, patch jsonb, given_now bigint) RETURNS text ${BY_INDEX} AS $function$
  DECLARE
    moment bigint;
    wakes boolean := patch ? 'wake';
    answer text;
  BEGIN
    ${DURABLE}
    PERFORM FROM ${accounts} a WHERE a.id = given_id AND a.revision = given_revision AND a.status <> 'deleted' FOR UPDATE;
    IF NOT FOUND THEN RETURN 'conflict'; END IF;
    moment := ${NOW};
    PERFORM FROM ${accounts} a WHERE a.slot = patch ->> 'slot' AND a.id <> given_id;
    IF FOUND THEN RETURN 'used'; END IF;
    UPDATE ${accounts} AS a SET
      slot = CASE WHEN patch ? 'slot' THEN patch ->> 'slot' ELSE a.slot END,
      linked_account_id = CASE WHEN patch ? 'linkedAccountId' THEN patch ->> 'linkedAccountId' ELSE a.linked_account_id END,
      status = coalesce(patch ->> 'status', a.status),
      token = CASE WHEN patch ? 'token' THEN patch ->> 'token' ELSE a.token END,
      details = CASE WHEN patch ? 'details' THEN patch ->> 'details' ELSE a.details END,
      updated_at = coalesce((patch ->> 'updatedAt')::bigint, a.updated_at),
      due = CASE WHEN wakes THEN least(${SETTLED_DUE}, moment + (patch ->> 'wake')::bigint) ELSE a.due END,
      dirty = a.dirty + wakes::int,
      lease = CASE WHEN wakes THEN ${SETTLED_LEASE} ELSE a.lease END,
      recorded_at = CASE WHEN wakes THEN moment ELSE a.recorded_at END,
      revision = a.revision + 1
    WHERE a.id = given_id
    RETURNING ${accountJson(models)}::text INTO answer;
    RETURN answer;
  END $function$`
}

function schedule({ schedule, accounts }: Names) {
  return `CREATE FUNCTION ${schedule}(given_id text, delay_ms bigint, given_now bigint) RETURNS text ${BY_INDEX} AS $function$
  DECLARE
    moment bigint;
  BEGIN
    ${DURABLE}
    PERFORM FROM ${accounts} a WHERE a.id = given_id AND a.status <> 'deleted' FOR UPDATE;
    IF NOT FOUND THEN RETURN NULL; END IF;
    moment := ${NOW};
    UPDATE ${accounts} AS a SET due = least(${SETTLED_DUE}, moment + delay_ms), dirty = a.dirty + 1, lease = ${SETTLED_LEASE}, recorded_at = moment
    WHERE a.id = given_id;
    RETURN NULL;
  END $function$`
}

function claim({ claim, accounts, models }: Names) {
  const free = `${IS_FREE} AND a.status <> 'deleted'`
  return `CREATE FUNCTION ${claim}(given_owner text, lease_ms bigint, most bigint, given_id text, given_now bigint) RETURNS SETOF text ${BY_INDEX} AS $function$
  DECLARE
    moment bigint := ${NOW};
    keys bigint[];
  BEGIN
    ${DURABLE}
    IF given_id IS NULL THEN
      keys := ARRAY(
        SELECT a.account_key FROM ${accounts} a WHERE a.due <= moment AND ${free}
        ORDER BY a.due LIMIT most FOR UPDATE SKIP LOCKED);
      IF most IS NULL OR cardinality(keys) < most THEN
        -- What only counts as due, since the clock was set back.
        keys := keys || ARRAY(
          SELECT a.account_key FROM ${accounts} a WHERE ${IS_SET_BACK} AND a.due > moment AND a.status <> 'deleted'
          ORDER BY a.recorded_at LIMIT most - cardinality(keys) FOR UPDATE SKIP LOCKED);
      END IF;
    ELSE
      -- A lock that somebody holds on this one is waited for: it may be a commit or a wake-up, which end at once.
      PERFORM FROM ${accounts} a WHERE a.id = given_id FOR UPDATE;
      moment := ${NOW};
      keys := ARRAY(SELECT a.account_key FROM ${accounts} a WHERE a.id = given_id AND ${free} LIMIT most);
    END IF;
    IF cardinality(keys) = 0 THEN RETURN; END IF;
    UPDATE ${accounts} AS a SET fence = a.fence + 1, due = ${SETTLED_DUE}, lease = moment + lease_ms, lease_owner = given_owner, recorded_at = moment
    WHERE a.account_key = ANY (keys);
    RETURN QUERY
      SELECT json_build_object('now', moment, 'account', ${accountJson(models)})::text
      FROM ${accounts} a WHERE a.account_key = ANY (keys) ORDER BY a.due, a.id;
  END $function$`
}

function renew({ renew, accounts }: Names) {
  return `CREATE FUNCTION ${renew}(given_id text, given_fence bigint, lease_ms bigint, given_now bigint) RETURNS text ${BY_INDEX} AS $function$
  DECLARE
    moment bigint;
  BEGIN
    ${DURABLE}
    PERFORM FROM ${accounts} a WHERE a.id = given_id AND a.fence = given_fence AND a.status <> 'deleted' FOR UPDATE;
    IF NOT FOUND THEN RETURN NULL; END IF;
    moment := ${NOW};
    UPDATE ${accounts} AS a SET due = ${SETTLED_DUE}, lease = moment + lease_ms, recorded_at = moment WHERE a.id = given_id;
    RETURN 'renewed';
  END $function$`
}

function purge({ purge, accounts, models, records, seen, missing }: Names) {
  return `CREATE FUNCTION ${purge}(given_id text) RETURNS text ${BY_INDEX} AS $function$
  DECLARE
    account bigint;
    keys bigint[];
  BEGIN
    ${DURABLE}
    UPDATE ${accounts} AS a SET status = 'deleted', slot = NULL, token = NULL, details = NULL, due = NULL,
      lease = NULL, lease_owner = NULL, recorded_at = NULL, fence = a.fence + 1, revision = a.revision + 1
    WHERE a.id = given_id AND a.status <> 'deleted'
    RETURNING a.account_key INTO account;
    IF NOT FOUND THEN RETURN NULL; END IF;
    keys := ARRAY(SELECT m.model_key FROM ${models} m WHERE m.account_key = account);
    DELETE FROM ${records} r WHERE r.model_key = ANY (keys);
    DELETE FROM ${seen} s WHERE s.model_key = ANY (keys);
    DELETE FROM ${missing} m WHERE m.model_key = ANY (keys);
    DELETE FROM ${models} m WHERE m.account_key = account;
    RETURN NULL;
  END $function$`
}

/** A line of JSON, then the data as it is: nothing is escaped on the way. */
function changes({ changes, accounts, models, records }: Names) {
  return `CREATE FUNCTION ${changes}(given_id text, given_model text, given_after bigint, most bigint) RETURNS SETOF text STABLE ${BY_INDEX} AS $function$
  DECLARE
    key bigint;
  BEGIN
    SELECT m.model_key INTO key FROM ${accounts} a JOIN ${models} m ON m.account_key = a.account_key WHERE a.id = given_id AND m.model = given_model;
    RETURN QUERY
      SELECT json_build_array(r.seq, r.id, r.deleted, r.modified_at)::text || chr(10) || coalesce(r.data_text, r.data::text)
      FROM ${records} r WHERE r.model_key = key AND r.seq > given_after ORDER BY r.seq LIMIT most;
  END $function$`
}
