/** A code point that is no character and never will be. */
const MARK = '\uffff'

/**
 * Text that comes back as it went in, and without NUL. Redis keeps any bytes, but half of a surrogate pair has no UTF-8 and would arrive
 * as U+FFFD; such a rare text is kept as a mark and a JSON string that spells it out. Two different texts never have one spelling.
 */
export function toStored(text: string): string {
  return text.isWellFormed() && !text.includes('\0') && !text.startsWith(MARK) ? text : MARK + JSON.stringify(text)
}

export function fromStored(stored: string): string {
  return stored.startsWith(MARK) ? JSON.parse(stored.slice(MARK.length)) : stored
}

export type Keys = ReturnType<typeof keysUnder>

/** What is kept where. Names of several parts are JSON, so that no id can run into its neighbour. */
export function keysUnder(prefix: string) {
  const key = (kind: string, ...parts: string[]) => `${prefix}${kind}:${JSON.stringify(parts)}`
  return {
    version: `${prefix}version`,

    /** The account item: a hash of its columns, and for each model `seq:…`, `records:…` and `checkpoint:…`. */
    account: (id: string) => key('account', id),
    /** Indexes over the accounts. What DynamoDB keeps as items of their own for uniqueness, and as secondary indexes, is kept by each script here. */
    slots: `${prefix}slots`,
    origins: `${prefix}origins`,
    linked: `${prefix}linked`,
    queue: `${prefix}queue`,
    /** By the moment at which each was last recorded: nothing is beyond the clock's now, unless the clock was set back. */
    recorded: `${prefix}recorded`,
    all: `${prefix}accounts`,
    ofOrganization: (organizationId: string) => key('accounts', organizationId),
    /** Tombstones whose records may not all be deleted yet. */
    purging: `${prefix}purging`,

    /** A record item: a hash. */
    record: (accountId: string, model: string, id: string) => key('record', accountId, model, id),
    /** The records of one model by `seq`. */
    feed: (accountId: string, model: string) => key('feed', accountId, model),
  }
}
