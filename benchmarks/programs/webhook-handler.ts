import { createHandler } from '@connect-integration/server/http'
import { toNodeHandler } from '@connect-integration/server/node'
import { memoryStorage } from '@connect-integration/server/storage/memory'
import { report } from '../support/measure.ts'
import { handWritten, serveWebhooks } from '../support/serve-webhooks.ts'
import { integrationsOver } from '../support/webhook.ts'

// Serves webhooks that concern no account, so that no database is waited for. Arguments: `ours` or `by-hand`, how many.
const [whose, count] = process.argv.slice(2)
const integrations = integrationsOver(memoryStorage())
const handler = createHandler(integrations, { basePath: '/', authenticate: () => null })
report(await serveWebhooks(whose === 'ours' ? toNodeHandler(handler) : handWritten(() => undefined), Number(count), 0))
