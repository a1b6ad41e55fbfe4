import type { Connection, Value } from './database.ts'
import { explain, isTransient } from './errors.ts'

/** How often a statement is sent that the database undid because of others: enough for dozens of callers that want the same row. */
const MOST_ATTEMPTS = 50

/** A connection whose failures say what happened and what to do. */
export interface Session {
  readonly place: string
  ask(statement: string, values: readonly Value[]): Promise<string[]>
  /** As `ask`, but a failure is passed on as it is if `isExpected`. */
  attempt(statement: string, values: readonly Value[], isExpected: (error: unknown) => boolean): Promise<string[]>
}

/** Inside somebody's transaction nothing is sent again: the transaction has failed as a whole. */
export function sessionOn(connection: Connection, mayRepeat: boolean): Session {
  const { place } = connection
  const attempt: Session['attempt'] = async (statement, values, isExpected) => {
    for (let attempts = 1; ; attempts++) {
      try {
        return await connection.ask(statement, values)
      } catch (error) {
        if (mayRepeat && attempts < MOST_ATTEMPTS && isTransient(error)) continue
        throw isExpected(error) ? error : explain(error, place)
      }
    }
  }
  return { place, attempt, ask: (statement, values) => attempt(statement, values, () => false) }
}
