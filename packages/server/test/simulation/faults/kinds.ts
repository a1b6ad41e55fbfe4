/** Everything that can go wrong between the SDK and Merge, by name. */
export const FAULT_KINDS = [
  'connection-refused',
  'dns-failure',
  'tls-failure',
  'reset-before-headers',
  'reset-in-body',
  'slow-headers',
  'dripping-body',
  'trickling-body',
  'stall',
  'cut-off-json',
  'invalid-utf-8',
  'html',
  'empty',
  'wrong-content-type',
  'compression-bomb',
  'status-500',
  'status-502',
  'status-503',
  'status-429',
  'status-401',
  'status-403',
  'status-404',
  'status-408',
  'redirect',
  'duplicate-rows',
  'repeated-cursor',
  'invalid-cursor',
  'rows-out-of-order',
  'missing-next',
  'end-without-next',
  'next-as-url',
  'missing-stamps',
  'stamps-backwards',
  'date-missing',
  'date-in-future',
  'date-in-past',
  'odd-rows',
] as const

export type FaultKind = (typeof FAULT_KINDS)[number]

/** A whole, well-formed answer that says of a record what is not so: no client can know, so only a sweep heals it. */
export const LIES: readonly FaultKind[] = ['missing-stamps', 'stamps-backwards', 'missing-next']

export const HONEST_FAULTS: readonly FaultKind[] = FAULT_KINDS.filter((kind) => !LIES.includes(kind))

export interface RequestTraits {
  /** A model's list. */
  list: boolean
  /** Everything of it, and not only what is new. */
  whole: boolean
  cursor: boolean
  status: boolean
  /** Asks Merge to forget the account. */
  deletion: boolean
}

/** Whether a fault can hit such a request at all. The page faults also look at the answer, and pass where it is the last page, or none but that. */
export function applies(kind: FaultKind, request: RequestTraits): boolean {
  switch (kind) {
    case 'repeated-cursor':
    case 'invalid-cursor':
      return request.list && request.cursor
    case 'duplicate-rows':
    case 'rows-out-of-order':
    case 'missing-next':
    case 'end-without-next':
    case 'next-as-url':
    case 'stamps-backwards':
    case 'odd-rows':
      return request.list
    case 'date-missing':
    case 'date-in-future':
    case 'date-in-past':
      return request.status
    // Of a full sync what comes without its stamp counts as read at that moment: the record's own, older stamp does not outrank it any more.
    case 'missing-stamps':
      return request.list && !request.whole
    // "Done" is the one word that ends a deletion unasked: whoever lies here leaves an orphan for the audit.
    case 'empty':
      return !request.deletion
    default:
      return true
  }
}
