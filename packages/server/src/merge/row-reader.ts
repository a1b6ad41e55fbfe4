import type * as z from 'zod/mini'
import type { Logger } from '../system.ts'
import type { Call } from './call.ts'

/** The rows of a list that fit `schema`, in order. */
export type RowReader = <Schema extends z.ZodMiniType>(schema: Schema, call: Call, rows: readonly unknown[]) => z.output<Schema>[]

/**
 * A row that does not fit is left out: one odd row must not cost the others. It is logged once for each list and reason in this process,
 * because the same row comes again with every sync run, and without anything that it says.
 */
export function createRowReader(logger: Logger): RowReader {
  const logged = new Set<string>()
  return (schema, call, rows) =>
    rows.flatMap((row) => {
      const result = schema.safeParse(row)
      if (result.success) return [result.data]
      const where = result.error.issues[0]?.path.map(String).join('.') || 'the whole row'
      const key = `${call.template} ${where}`
      if (!logged.has(key)) logger.warn('Merge sent a row that does not fit, and it was left out', { list: call.template, where })
      logged.add(key)
      return []
    })
}
