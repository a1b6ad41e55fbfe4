import type { Event, History } from '../history.ts'

/** The history with more events; whoever adds some need not put them in order. */
export function adding(history: History, ...events: Event[]): History {
  return { ...history, events: [...history.events, ...events] }
}
