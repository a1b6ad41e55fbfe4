import type { OriginIdStrategy } from '../../../server/src/link/origin-id.ts'

/** What a process of the product is told at its start. */
export interface ConnectsJob {
  url: string
  schema: string
  merge: { apiKey: string; baseUrl: string; processes: number }
  secret: string
  webhookSecret: string
  strategy: OriginIdStrategy
}

/** A click on "Connect", for this organization. */
export interface Click {
  organization: string
}

/** What a click got. */
export interface Clicked extends Click {
  linkToken: string
}

/** A public token that a customer's browser hands in: once, or several times when somebody clicked twice or a request was repeated. */
export interface HandIn {
  organization: string
  publicToken: string
}

/** From the parent. Everything in one order is begun at once. */
export type Order =
  | { do: 'click'; clicks: Click[] }
  | { do: 'finish'; clicks: Click[]; handIns: HandIn[] }
  | { do: 'settle' }
  | { do: 'stop' }

/** From a process: where it takes webhooks, and what came of an order. */
export type Told =
  | { port: number }
  | { clicked: Clicked[] }
  | { refusedClicks: Record<string, number>; handedIn: Outcome[] }
  | { settled: number; linked: string[] }

/** `accountId` or the code of a refusal. */
export interface Outcome extends HandIn {
  accountId: string | null
  code: string | null
}

/** The e-mail address and name of who clicks. */
export const personOf = (organization: string) => ({ organizationName: organization, userEmail: `it@${organization}.test` })
