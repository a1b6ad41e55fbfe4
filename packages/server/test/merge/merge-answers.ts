import { createGateway, type Gateway } from '../../src/merge/gateway.ts'
import { Secret } from '../../src/secrets/secret.ts'

export const TOKEN = new Secret('account')

/** A gateway over a Merge that answers with these bodies, one after the other and the last one for ever. */
export function answering(...bodies: unknown[]): { gateway: Gateway; log: string[]; asked: string[] } {
  const log: string[] = []
  const asked: string[] = []
  const write = (message: string, fields?: Record<string, unknown>) => void log.push(`${message} ${JSON.stringify(fields ?? {})}`)
  const gateway = createGateway(
    async ({ template, query }) => {
      const place = asked.push(`${template} ${JSON.stringify(query ?? {})}`) - 1
      return { json: bodies[Math.min(place, bodies.length - 1)], date: null }
    },
    { debug: write, info: write, warn: write, error: write },
  )
  return { gateway, log, asked }
}
