import type * as z from 'zod/mini'
import { ErrorCode } from '../errors.ts'
import { type Answer, type Call, failure } from './call.ts'
import type { Transport } from './transport.ts'

/** One call, its answer held against what we rely on. An answer that does not fit throws `UPSTREAM_BAD_RESPONSE`. */
export async function ask<Schema extends z.core.$ZodType>(transport: Transport, schema: Schema, call: Call): Promise<z.output<Schema>> {
  return parse(schema, call, await transport(call))
}

/**
 * All pages of a list, one after the other, until one without `next`: null, empty or left out. A cursor that comes twice throws `UPSTREAM_PAGINATION_LOOP`, and so does a list that goes on
 * after `most` pages of 100 entries: nobody has that many, and each has to be kept.
 */
export async function* pages<Schema extends z.core.$ZodType<{ next?: string | null | undefined }>>(
  transport: Transport,
  schema: Schema,
  first: Call,
  most: number,
): AsyncGenerator<{ body: z.output<Schema>; date: number | null }> {
  const seen = new Set<string>()
  for (let cursor: string | undefined; ; ) {
    const answer = await transport({ ...first, query: { ...first.query, page_size: 100, cursor } })
    const body = parse(schema, first, answer)
    yield { body, date: answer.date }
    const next = (body as { next?: string | null }).next
    if (next === null || next === undefined || next === '') return
    if (seen.has(next)) throw failure(first, ErrorCode.UPSTREAM_PAGINATION_LOOP, 'returned a cursor that it had returned before.')
    seen.add(next)
    if (seen.size >= most) throw failure(first, ErrorCode.UPSTREAM_PAGINATION_LOOP, `has no end: it was not read beyond ${most} pages.`)
    cursor = next
  }
}

function parse<Schema extends z.core.$ZodType>(schema: Schema, call: Call, answer: Answer): z.output<Schema> {
  const result = (
    schema as unknown as {
      safeParse(value: unknown): { success: true; data: z.output<Schema> } | { success: false; error: z.core.$ZodError }
    }
  ).safeParse(answer.json)
  if (result.success) return result.data
  const where = result.error.issues[0]?.path.map(String).join('.') || 'the whole answer'
  throw failure(
    call,
    ErrorCode.UPSTREAM_BAD_RESPONSE,
    `answered 200 without what Merge documents (${where}). If it persists, check that "merge.baseUrl" is Merge's API.`,
  )
}
