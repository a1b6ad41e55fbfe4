import { ErrorCode } from '../errors.ts'
import type { Secret } from '../secrets/secret.ts'
import { ask } from './ask.ts'
import { type Call, type Caller, failure } from './call.ts'
import { hasStatus } from './has-status.ts'
import type { ModelRow } from './model-table.ts'
import { listSchema, recordSchema } from './schemas.ts'
import { formatSecond } from './stamp.ts'
import type { Transport } from './transport.ts'

export interface ListPage {
  records: unknown[]
  /** `null` on the last page. */
  next: string | null
}

/** The part of the gateway that reads records. */
export function createRecordReader(transport: Transport) {
  return {
    /**
     * One page of a model's list. Never `modified_before` (rows would leave the list under our feet) and never `expand`
     * (changes of expanded rows carry no stamp). Throws `UPSTREAM_CURSOR_INVALID` for a 404 with a cursor.
     */
    async listPage(
      row: ModelRow,
      accountToken: Secret,
      position: { after: number | null; cursor: string | null; caller?: Caller },
    ): Promise<ListPage> {
      const call: Call = {
        method: 'GET',
        template: `/${row.category}/v1/${row.path}`,
        query: {
          ...row.query,
          page_size: 100,
          include_deleted_data: true,
          modified_after: position.after === null ? undefined : formatSecond(position.after),
          cursor: position.cursor ?? undefined,
        },
        accountToken,
        ...(position.caller ? { caller: position.caller } : {}),
      }
      try {
        const first = await ask(transport, listSchema, call)
        // The last page may leave its `next` out. So may a page in the middle by mistake, and would pass for the last: it is believed when said twice.
        const answer = first.next === undefined ? await ask(transport, listSchema, call) : first
        return { records: answer.results, next: answer.next || null }
      } catch (error) {
        if (position.cursor !== null && hasStatus(error, 404))
          throw failure(
            call,
            ErrorCode.UPSTREAM_CURSOR_INVALID,
            'does not accept a cursor any more. The walk starts again from where it began.',
            { status: 404 },
          )
        throw error
      }
    },

    /**
     * `GET /{category}/v1/{model}/{id}`: one record as the list would have it. `null` when Merge does not show it by its id (404, of a list
     * alone too), and without a call for an id that could not stand in a path. One attempt only. An answer with another record than the one
     * that was asked for throws `UPSTREAM_BAD_RESPONSE`.
     */
    async getRecord(row: ModelRow, accountToken: Secret, id: string, caller: Caller): Promise<unknown> {
      if (!row.hasId || !/^[A-Za-z0-9_-]{1,512}$/.test(id)) return null
      const call: Call = {
        method: 'GET',
        template: `/${row.category}/v1/${row.path}/{id}`,
        params: { id },
        accountToken,
        retry: false,
        caller,
      }
      try {
        const record = await ask(transport, recordSchema, call)
        if (record.id !== id) throw failure(call, ErrorCode.UPSTREAM_BAD_RESPONSE, 'answered with another record than the one asked for.')
        return record
      } catch (error) {
        if (hasStatus(error, 404)) return null
        throw error
      }
    },
  }
}
