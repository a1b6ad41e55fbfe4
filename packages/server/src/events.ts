/** What happens here, by name. Told in this process only, and never with a token or a record in it. */
export interface IntegrationEvents {
  'account.linked': AccountEvent
  'account.relinked': AccountEvent
  /** Merge has an e-mail address for it whose domain is that of nobody who opened it here. Worth a look: was it linked by whom you think? */
  'account.foreign_email': AccountEvent & { domain: string; expected: string[] }
  'account.relink_needed': AccountEvent
  /** Relinked elsewhere, or read again after `account.degraded`. */
  'account.recovered': AccountEvent
  /** Something of it could not be read at five looks in a row. Told once; looks go on, ever more seldom. `code`: of the newest failure. */
  'account.degraded': AccountEvent & { failures: number; code: string }
  'account.gone': AccountEvent
  /** The connection leads to another company than the one whose data is stored: nothing is read or deleted until `account.confirmCompany()`. Told once. */
  'account.other_company': AccountEvent
  'account.deleted': AccountEvent
  /** A page was stored. `records`: delivered; `changed`: of these, new or different. */
  'sync.page': AccountEvent & { model: string; records: number; changed: number }
  /** A walk of a model reached its end. */
  'sync.model': AccountEvent & { model: string; kind: 'initial' | 'incremental' | 'sweep'; records: number; changed: number }
  /** A look at an account ended. */
  'sync.looked': AccountEvent & { ready: boolean; nextLookAt: string | null }
  /** A model or account could not be read this time. */
  'sync.problem': AccountEvent & { model: string | null; code: string; message: string }
}

export interface AccountEvent {
  accountId: string
  organizationId: string
}

export type EventName = keyof IntegrationEvents

export type EventSink = <Name extends EventName>(name: Name, event: IntegrationEvents[Name]) => void

export interface Events {
  emit: EventSink
  /** Returns the function that stops listening. A listener that throws is logged and changes nothing. */
  on<Name extends EventName>(name: Name, listener: (event: IntegrationEvents[Name]) => void): () => void
}

export function createEvents(onError: (error: unknown) => void): Events {
  const listeners = new Map<EventName, Set<(event: never) => void>>()
  return {
    emit(name, event) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          listener(event as never)
        } catch (error) {
          onError(error)
        }
      }
    },
    on(name, listener) {
      const named = listeners.get(name) ?? new Set()
      listeners.set(name, named)
      named.add(listener)
      return () => void named.delete(listener)
    },
  }
}
