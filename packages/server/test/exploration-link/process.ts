import { IntegrationError } from '../../src/errors.ts'
import { attach } from '../../src/link/attach.ts'
import type { LinkContext } from '../../src/link/context.ts'
import { createLinkToken } from '../../src/link/create-link-token.ts'
import { finishDeletion } from '../../src/link/delete-account.ts'
import { exchangePublicToken } from '../../src/link/exchange-public-token.ts'
import { createKeepCandidate } from '../../src/link/keep-candidate.ts'
import { generateOriginId, type OriginIdStrategy } from '../../src/link/origin-id.ts'
import { relink } from '../../src/link/relink.ts'
import { settleCandidates } from '../../src/link/settle-candidates.ts'
import { Secret } from '../../src/secrets/secret.ts'
import type { AccountPatch, AccountQuery, NewAccount } from '../../src/storage/port.ts'
import type { Rules } from './rules.ts'
import type { Answer, Effect } from './world.ts'

/**
 * Somebody who takes steps: a browser tab, one that relinks, a deletion, Merge's dashboard. An announcement is
 * attached as soon as it comes; a webhook keeps it for the worker. The reaper carries out deletions. A tab goes on as the customer in the
 * modal, and that one as the exchange, which its browser may send once more: requests share nothing but what the browser has.
 */
export type Role = 'tab' | 'relink' | 'deletion' | 'announcement' | 'webhook' | 'worker' | 'reaper' | 'dashboard' | LaterRole
type LaterRole = 'modal' | 'exchange' | 'second exchange'

/** Where a process is: what it has been answered so far says all, because the real code runs between two answers. Never changed in place. */
export interface Process {
  role: Role
  /** What it was begun with: of the modal the origin id, of an exchange its public token. */
  given: string
  /** Whether it has taken its first step; one that has not may never come. */
  begun: boolean
  answers: readonly Answer[]
  /** What it asks next; `null`: it has come to its end. */
  next: { effect: Effect; key: string } | null
  /** Merge's id of the account whose token was in its hands. */
  held: string | null
}

export const SECRET_OF = (token: string, accountId: string) => `sealed ${token} for ${accountId}`

const OWNER = { organizationId: 'acme', userId: null }
const INPUT = { category: 'hris', organizationName: 'Acme', userEmail: 'it@acme.test' }

const LATER: readonly Role[] = ['modal', 'exchange', 'second exchange'] satisfies LaterRole[]

/** Runs the real code from its beginning through the answers, to the next question or the end. */
export async function replay(
  rules: Rules,
  strategy: OriginIdStrategy,
  role: Role,
  given: string,
  answers: readonly Answer[],
): Promise<Process> {
  const reached: Process = { role, given, begun: LATER.includes(role) || answers.length > 0, answers, next: null, held: null }
  let asked = 0
  let report: () => void = () => {}
  const stopped = new Promise<void>((resolve) => {
    report = resolve
  })
  const ask = (effect: Effect): Promise<never> => {
    const answer = answers[asked++]
    if (answer?.error) return Promise.reject(new IntegrationError(answer.value as never, 'as the store or Merge puts it', { status: 401 }))
    if (answer) return Promise.resolve(structuredClone(answer.value) as never)
    if (reached.next) throw new Error('A process asks one thing at a time.')
    reached.next = { effect, key: JSON.stringify(effect) }
    report()
    return new Promise(() => {})
  }
  const run = ROLES[role](createContext(ask, rules, strategy, role), ask, { rules, given, reached }).catch((error: unknown) => {
    if (!IntegrationError.isInstance(error)) throw error
    return null
  })
  const goesOn = await Promise.race([run, stopped])
  return goesOn ? replay(rules, strategy, goesOn.role, goesOn.given, []) : reached
}

type Ask = (effect: Effect) => Promise<never>
type Script = (context: LinkContext, ask: Ask, more: { rules: Rules; given: string; reached: Process }) => Promise<GoesOn | null>
type GoesOn = { role: LaterRole; given: string }

const ROLES: Record<Role, Script> = {
  async tab(context) {
    const offer = offering(context)
    await createLinkToken(offer.context, OWNER, INPUT)
    return { role: 'modal', given: offer.originId() }
  },
  async relink(context, ask) {
    const offer = offering(context)
    await relink(offer.context, await ask({ ask: 'pick a row' }), INPUT)
    return { role: 'modal', given: offer.originId() }
  },
  async modal(_, ask, { given }) {
    return { role: 'exchange', given: await ask({ ask: 'complete', originId: given }) }
  },
  async exchange(context, _, { given, reached }) {
    await exchangePublicToken(heeding(context, reached), OWNER, given)
    return null
  },
  async 'second exchange'(context, _, { given, reached }) {
    await exchangePublicToken(heeding(context, reached), OWNER, given)
    return null
  },
  async announcement(context, ask, { reached }) {
    const { linkedAccountId, token }: Announced = await ask({ ask: 'pick an announcement' })
    reached.held = linkedAccountId
    await attach(context, { accountToken: new Secret(token), linkedAccountId, integration: null, publicToken: null }, ['hris'], [])
    return null
  },
  async webhook(context, ask, { reached }) {
    const { linkedAccountId, originId, token }: Announced = await ask({ ask: 'pick an announcement' })
    reached.held = linkedAccountId
    await createKeepCandidate(context)({ linkedAccountId, originId, category: 'hris' }, new Secret(token), true)
    return null
  },
  async worker(context, ask) {
    await settleCandidates(context, await ask({ ask: 'pick a row with candidates' }))
    return null
  },
  async deletion(context, ask, { rules }) {
    await rules.remove(context, await ask({ ask: 'pick a row' }))
    return null
  },
  async reaper(context, ask) {
    await finishDeletion(context, await ask({ ask: 'pick a deletion' }))
    return null
  },
  async dashboard(_, ask) {
    await ask({ ask: 'pick an account at Merge' })
    return null
  },
}

interface Announced {
  linkedAccountId: string
  originId: string
  token: string
}

/** Notes for which origin id Merge was asked for a link token: the modal opens that account. */
function offering(context: LinkContext): { context: LinkContext; originId: () => string } {
  let offered = ''
  const createToken: LinkContext['gateway']['createLinkToken'] = (request) => {
    offered = request.originId
    return context.gateway.createLinkToken(request)
  }
  return { context: { ...context, gateway: { ...context.gateway, createLinkToken: createToken } }, originId: () => offered }
}

/** Notes whose token came into its hands. */
function heeding(context: LinkContext, reached: Process): LinkContext {
  const exchange: LinkContext['gateway']['exchangePublicToken'] = async (publicToken, asker) => {
    const exchanged = await context.gateway.exchangePublicToken(publicToken, asker)
    reached.held = exchanged?.linkedAccountId ?? null
    return exchanged
  }
  return { ...context, gateway: { ...context.gateway, exchangePublicToken: exchange } }
}

function createContext(ask: Ask, rules: Rules, strategy: OriginIdStrategy, role: Role): LinkContext {
  const nothing = () => {}
  const asked = new Map<string, unknown>()
  const storage = {
    reserve: (account: NewAccount) => rules.reserve(ask, account),
    get: (key: object) => ask({ ask: 'get', key }),
    async update(id: string, revision: number, patch: AccountPatch) {
      if (rules.purgesOpenRows && patch.details?.includes('"closed":true')) return null
      return ask({ ask: rules.update, id, revision, patch })
    },
    list: ({ status = [] }: AccountQuery) => ask({ ask: 'list', status }),
    purge: (id: string) => ask({ ask: 'purge', id }),
    // Only says when to look, which nothing here reads: no step of its own.
    schedule: async () => {},
  }
  const gateway = {
    // Nothing depends on when it is made and it changes nothing: no step of its own.
    createLinkToken: async () => ({ linkToken: new Secret('the-link-token'), magicLinkUrl: null }),
    async exchangePublicToken(publicToken: Secret) {
      const exchanged: { linkedAccountId: string; token: string } | null = await ask({ ask: 'exchange', publicToken: publicToken.reveal() })
      if (exchanged === null) return null
      const { linkedAccountId, token } = exchanged
      return { accountToken: new Secret(token), linkedAccountId, integration: null, categories: ['hris'] }
    },
    async accountDetails(category: string, accountToken: Secret) {
      const token = accountToken.reveal()
      const known = rules.asksMergeOnce ? asked.get(token) : undefined
      const details: object = (known as object) ?? (await ask({ ask: 'account details', token }))
      asked.set(token, details)
      return { ...details, category, status: 'COMPLETE', accountType: 'TEST', integrationSlug: null, isDuplicate: false, userEmail: null }
    },
    deleteAccount(_: string, accountToken: Secret) {
      if (rules.lateLinksStay && role !== 'reaper' && role !== 'deletion') return Promise.resolve('deleted')
      return ask({ ask: 'delete account', token: accountToken.reveal() })
    },
    integrations: async () => [],
    findLinkedAccount: (_: string, linkedAccountId: string) => ask({ ask: 'find account', linkedAccountId }),
  }
  return {
    storage: storage as unknown as LinkContext['storage'],
    gateway: gateway as unknown as LinkContext['gateway'],
    vault: {
      seal: async (secret, _, row) => SECRET_OF(secret.reveal(), row.id),
      open: async (sealed) => new Secret(sealed.split(' ')[1] ?? ''),
      isCurrent: () => true,
      digest: (secret) => `digest of ${secret.reveal()}`,
      isDigest: (digest, secret) => digest === `digest of ${secret.reveal()}`,
    } as LinkContext['vault'],
    clock: { now: () => 0 },
    openModals: { opened: nothing, isOpen: () => false },
    sleep: async () => {},
    randomBytes: (size) => new Uint8Array(size),
    logger: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    events: nothing,
    categories: new Set(['hris']),
    strategy,
    originId: generateOriginId,
    hold: () => false,
  }
}
