import { createServer } from 'node:http'
import { createHandler } from '@connect-integration/server/http'
import { toNodeHandler } from '@connect-integration/server/node'
import integrations from './connect-integration.config.ts'
import { tellWhatHappens } from './live-log.ts'
import { servePage } from './page.ts'
import { listPeople } from './people.ts'

/** Stands in for your own session: everybody who opens the demo is Ada of Acme. */
const identity = { organization: { id: 'org_acme', name: 'Acme' }, user: { id: 'user_ada', email: 'ada@acme.test' } }

const connect = toNodeHandler(createHandler(integrations, { basePath: '/api/integrations', authenticate: () => identity }))

const server = createServer((request, response) => {
  const path = request.url?.split('?')[0] ?? '/'
  if (path.startsWith('/api/integrations')) return void connect(request, response)
  if (path === '/api/people') return void listPeople(integrations.forOrganization(identity.organization.id), request, response)
  servePage(path, response)
})

// One process does it all here; any number of machines may run this loop on one database.
const stop = new AbortController()
const working = integrations.run({ signal: stop.signal })
tellWhatHappens(integrations)

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  const address = server.address()
  console.log(`listening on http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    stop.abort()
    server.close()
    server.closeAllConnections()
    await working
    process.exit(0)
  })
}
