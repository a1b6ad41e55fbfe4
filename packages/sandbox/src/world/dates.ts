/** One day in milliseconds. */
export const day = 86_400_000

/** The day of this epoch-milliseconds moment, as Merge serves dates: a date-time at midnight. */
export function midnight(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 10)}T00:00:00Z`
}

/** Epoch milliseconds as a source system gives them to Merge: to the second. */
export function moment(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
}
