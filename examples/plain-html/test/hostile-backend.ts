import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostileAccounts, hostileIntegrations, hostileTexts } from '../../../packages/element/test/hostile-texts.ts'

/** The routes of the server package as somebody would answer them who wants to get into the page: whatever is text is an attack. */
export async function startHostileBackend() {
  const [evil = ''] = hostileTexts
  const accounts = hostileAccounts()
  const refused = { error: { code: 'unavailable', message: evil, retryable: evil, requestId: evil } }
  const answers: Record<string, (method: string) => [number, unknown]> = {
    '/accounts': () => [200, { accounts: [{ ...accounts[0], id: 'first', displayName: `First ${evil}` }, ...accounts] }],
    '/catalog': () => [200, { integrations: hostileIntegrations() }],
    // At first an error full of it, then an address that is none.
    '/link-token': () => {
      linkTokens++
      return linkTokens === 1
        ? [503, refused]
        : [200, { linkToken: evil, link: { scriptUrl: 'javascript:window.owned=true', apiBaseUrl: evil } }]
    },
  }
  let linkTokens = 0
  const server = createServer(({ method = '', url = '' }: IncomingMessage, outgoing: ServerResponse) => {
    const path = new URL(url, 'http://localhost').pathname.replace('/api/integrations', '')
    const [status, body] = answers[path]?.(method) ?? [503, refused]
    outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
