import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { packageSources, repositoryTexts } from './house/files.ts'
import { breaches, type Law, laws } from './house/laws.ts'
import { readersText } from './house/text.ts'

const texts = repositoryTexts()
const sources = packageSources(texts)
const manifests = Object.fromEntries(
  readdirSync('packages').map((folder) => [folder, JSON.parse(readFileSync(`packages/${folder}/package.json`, 'utf8'))]),
)

describe('the house', () => {
  it('has files to look at, of every package', () => {
    const folders = new Set(sources.map(([path]) => path.split('/')[1]))
    expect([...folders].sort()).toEqual(Object.keys(manifests).sort())
    expect(texts.length).toBeGreaterThan(sources.length)
  })

  it.each(Object.keys(laws) as Law[])('keeps the law: %s', (law) => {
    expect(breaches(law, sources, manifests)).toEqual([])
  })

  it('names nothing that its readers do not have', () => {
    expect(texts.flatMap(([path, text]) => readersText(path, text))).toEqual([])
  })
})

/** One breach per way to break each law, and beside it the lawful neighbour, which must pass. */
const cases: Record<Law, { wrong: [path: string, text: string][]; right: [path: string, text: string][] }> = {
  packageTable: {
    wrong: [
      ['server/src/index.ts', "import { html } from 'lit'"],
      ['server/src/index.ts', "export { x } from '@connect-integration/storage-sql'"],
      ['element/src/index.ts', "import type { LinkedAccount } from '@connect-integration/server'"],
      ['element/src/index.ts', "import { readFile } from 'node:fs/promises'"],
      ['element/src/index.ts', "import { useRef } from 'react'"],
      ['element/src/types/react.ts', "import type { HTMLAttributes } from 'vue'"],
      ['storage-sql/src/index.ts', "const { integrations } = await import('@connect-integration/server')"],
      ['sandbox/src/index.ts', "import '@connect-integration/element/define'"],
      ['testkit/src/index.ts', "import { memoryStorage } from '../../server/src/storage/memory.ts'"],
      ['newcomer/src/index.ts', ''],
    ],
    right: [
      ['server/src/merge/transport.ts', "import ky from 'ky'\nimport { createHmac } from 'node:crypto'"],
      ['element/src/index.ts', "import { html } from 'lit'\nimport { property } from 'lit/decorators.js'"],
      ['element/src/react-component.ts', "import { useRef } from 'react'"],
      ['storage-sql/src/index.ts', "import type { Storage } from '@connect-integration/server/storage'"],
      ['sandbox/src/index.ts', "import { mergeLink } from '@connect-integration/element/testing'"],
    ],
  },
  declaredImports: {
    wrong: [
      ['element/src/index.ts', "import { z } from 'zod'"],
      ['testkit/src/index.ts', "import type { Options } from 'tsup'"],
      ['sandbox/src/index.ts', "type Employee = import('@mergeapi/merge-node-client').Employee"],
    ],
    right: [
      ['server/src/index.ts', "import { z } from 'zod'\nimport { x } from './x.ts'\nimport 'node:crypto'"],
      ['element/src/index.ts', "import { html } from 'lit'"],
    ],
  },
  serverArrows: {
    wrong: [
      ['server/src/errors.ts', "import type { Storage } from './storage/port.ts'"],
      ['server/src/storage/port.ts', "import { seal } from '../secrets/vault.ts'"],
      ['server/src/secrets/vault.ts', "import { createGateway } from '../merge/gateway.ts'"],
      ['server/src/merge/gateway.ts', "import type { LinkContext } from '../link/context.ts'"],
      ['server/src/link/relink.ts', "export { plan } from '../sync/plan.ts'"],
      ['server/src/sync/plan.ts', "const { decide } = await import('../link/decide.ts')"],
      ['server/src/webhooks/receive.ts', "import type { Core } from '../core.ts'"],
      ['server/src/integrations.ts', "import { createHandler } from './http/index.ts'"],
      ['server/src/http/index.ts', "import { toNodeHandler } from '../node/index.ts'"],
      ['server/src/node/index.ts', "import { createGateway } from '../merge/gateway.ts'"],
      ['server/src/link/relink.ts', "import { systemClock } from '../system.ts'"],
      ['server/src/sync/plan.ts', "import { createEvents, type Events } from '../events.ts'"],
      ['server/src/models/index.ts', "import { errors } from '../errors.ts'"],
      ['server/src/newcomer/index.ts', ''],
    ],
    right: [
      ['server/src/merge/gateway.ts', "import { Secret } from '../secrets/secret.ts'\nimport { IntegrationError } from '../errors.ts'"],
      [
        'server/src/link/relink.ts',
        "import type { Clock } from '../system.ts'\nimport { type EventSink } from '../events.ts'\nimport './decide.ts'",
      ],
      ['server/src/storage/memory.ts', "import { systemClock } from '../system.ts'"],
      ['server/src/integrations.ts', "import { systemClock } from './system.ts'\nimport { createVault } from './secrets/vault.ts'"],
      ['server/src/models/index.ts', "export { models } from '../merge/model-table.ts'"],
      ['server/src/node/index.ts', "import { createHandler } from '../http/index.ts'"],
    ],
  },
  serverPurity: {
    wrong: [
      ['server/src/sync/plan.ts', 'const now = Date.now()'],
      ['server/src/sync/plan.ts', 'const clock = { now: Date.now }'],
      ['server/src/sync/plan.ts', 'const now = new Date()'],
      ['server/src/link/relink.ts', 'const jitter = Math.random()'],
      ['server/src/integrations.ts', 'setTimeout(() => {}, 10)'],
      ['server/src/integrations.ts', 'globalThis.setInterval(look, 10)'],
      ['server/src/merge/gateway.ts', 'const answer = await fetch(url)'],
      ['server/src/merge/gateway.ts', 'const send = options.fetch ?? globalThis.fetch'],
      ['server/src/merge/gateway.ts', 'const signal = AbortSignal.timeout(1000)'],
      ['server/src/http/index.ts', 'console.error(error)'],
      ['server/src/integrations.ts', 'const key = process.env.MERGE_API_KEY'],
      ['server/src/link/relink.ts', 'export function relink(request: Request): void {}'],
      ['server/src/storage/memory.ts', 'const answer = new Response()'],
    ],
    right: [
      ['server/src/sync/plan.ts', 'const at = new Date(clock.now()).toISOString()'],
      ['server/src/sync/plan.ts', '// Date.now() and console.log are for others\nconst text = "Date.now()"'],
      [
        'server/src/merge/gateway.ts',
        'interface Options { fetch: typeof fetch }\nconst send = options.fetch\nconst read = (r: Response) => r.body',
      ],
      ['server/src/system.ts', 'export const systemClock = { now: () => Date.now() }\nconsole.warn("x")'],
      ['server/src/environment.ts', 'const env = process.env'],
      ['server/src/http/index.ts', 'export type Handler = (request: Request) => Promise<Response>'],
      ['element/src/transport.ts', 'await fetch(endpoint)'],
    ],
  },
  mergeClient: {
    wrong: [
      ['server/src/link/relink.ts', "import type { Merge } from '@mergeapi/merge-node-client'"],
      ['sandbox/src/index.ts', "import { MergeClient } from '@mergeapi/merge-node-client'"],
    ],
    right: [['server/src/merge/official-client.ts', "await import('@mergeapi/merge-node-client')"]],
  },
  fileLength: {
    wrong: [['server/src/long.ts', 'x\n'.repeat(301)]],
    right: [
      ['server/src/long.ts', 'x\n'.repeat(300)],
      ['server/src/merge/table.ts', `// Generated by a script.\n${'x\n'.repeat(900)}`],
    ],
  },
}

describe.each(Object.entries(cases))('the law %s', (law, { wrong, right }) => {
  it.each(wrong.map(titled))('catches $title', ({ path, text }) => {
    expect(breaches(law as Law, [[`packages/${path}`, text]], manifests)).toHaveLength(1)
  })

  it.each(right.map(titled))('lets $title pass', ({ path, text }) => {
    expect(breaches(law as Law, [[`packages/${path}`, text]], manifests)).toEqual([])
  })
})

describe('the law of what readers have', () => {
  const path = (...parts: string[]) => `/${parts.join('/')}`
  it.each([
    `see ${path('home', 'ann', 'notes.md')}`,
    `"${path('Users', 'ann')}"`,
    `C:${'\\'}Users${'\\'}ann`,
    `-----BEGIN ${'PRIVATE'} KEY-----`,
  ])('catches: %s', (text) => {
    expect(readersText('README.md', `first\n${text}`)).toHaveLength(1)
  })

  it.each(['https://example.com/home/page', 'packages/server/src', '~/work/shop', 'a framework/work item'])('lets pass: %s', (text) => {
    expect(readersText('README.md', text)).toEqual([])
  })
})

function titled([path, text]: [path: string, text: string]): { path: string; text: string; title: string } {
  return { path, text, title: `in ${path}: ${JSON.stringify(text.slice(0, 90))}` }
}
