import 'reflect-metadata'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'
import type { Handler } from '../../src/http/index.ts'
import { toNodeHandler } from '../../src/node/index.ts'
import { BASE, door } from '../support/http.ts'
import { sign, withWebhooks } from '../support/webhooks.ts'

// The frameworks themselves, mounted as docs/guides/webhooks.md says, and as people do it who have not read that.

/** Listens on any port of 127.0.0.1; resolves with it and a way to end it. */
type Mount = (handler: Handler) => Promise<{ port: number; close: () => unknown }>

const listening = (server: Server) =>
  new Promise<{ port: number; close: () => unknown }>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ port: (server.address() as AddressInfo).port, close: () => server.close() }))
  })

const withExpress =
  (...order: ('parser' | 'raw webhook' | 'handler')[]): Mount =>
  (handler) => {
    const app = express()
    for (const part of order) {
      if (part === 'parser') app.use(express.json())
      else if (part === 'raw webhook') app.use(`${BASE}/webhook`, express.raw({ type: '*/*' }))
      else app.use(BASE, toNodeHandler(handler))
    }
    return listening(createServer(app))
  }

const withFastify =
  (keepsBytes: boolean): Mount =>
  async (handler) => {
    const app = fastify()
    const node = toNodeHandler(handler)
    app.register(async (routes) => {
      if (keepsBytes) routes.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
      routes.all(`${BASE}/*`, (request, reply) => {
        reply.hijack()
        return node(keepsBytes ? Object.assign(request.raw, { body: request.body }) : request.raw, reply.raw)
      })
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() }
  }

const withNest: Mount = async (handler) => {
  class Application {}
  Module({})(Application)
  const app = await NestFactory.create(Application, { rawBody: true, logger: false })
  app.use(BASE, toNodeHandler(handler))
  await app.listen(0, '127.0.0.1')
  return { port: (app.getHttpServer().address() as AddressInfo).port, close: () => app.close() }
}

const withHono: Mount = (handler) => {
  const app = new Hono().all(`${BASE}/*`, (context) => handler(context.req.raw))
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => resolve({ port, close: () => server.close() }))
  })
}

const MOUNTS: [name: string, mount: Mount, expected: { webhook: number; linkToken: number }][] = [
  ['node:http', (handler) => listening(createServer(toNodeHandler(handler))), { webhook: 200, linkToken: 200 }],
  ['Express, before the parser', withExpress('handler', 'parser'), { webhook: 200, linkToken: 200 }],
  [
    'Express, behind the parser, with the webhook kept raw',
    withExpress('raw webhook', 'parser', 'handler'),
    { webhook: 200, linkToken: 200 },
  ],
  ['Express, behind the parser', withExpress('parser', 'handler'), { webhook: 503, linkToken: 200 }],
  ['Fastify, with a parser that keeps the bytes', withFastify(true), { webhook: 200, linkToken: 200 }],
  ['Fastify, with its own parser', withFastify(false), { webhook: 503, linkToken: 503 }],
  ['Nest with rawBody', withNest, { webhook: 200, linkToken: 200 }],
  ['Hono', withHono, { webhook: 200, linkToken: 200 }],
]

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

describe.each(MOUNTS)('%s', (_, mount, expected) => {
  test(`answers a webhook with ${expected.webhook}, a click with ${expected.linkToken}, and says what to move where that is no 200`, async () => {
    const world = withWebhooks()
    const { port, close } = await mount(door(world).handler)
    closers.push(close)
    const origin = `http://127.0.0.1:${port}`
    const ask = async (path: string, init: RequestInit & { headers?: Record<string, string> } = {}) => {
      const headers = { ...(init.body ? { 'content-type': 'application/json' } : {}), ...init.headers }
      return world.run(fetch(`${origin}${BASE}${path}`, { ...init, headers }))
    }
    // Other bytes once it is parsed and written again.
    const body = '{ "response": "Success! This URL will be notified." }'
    const webhook = (signature: string) => ask('/webhook', { method: 'POST', body, headers: { 'x-merge-webhook-signature': signature } })
    const click = (from: string) => ask('/link-token', { method: 'POST', body: '{"category":"hris"}', headers: { origin: from } })

    expect((await webhook(sign(body))).status).toBe(expected.webhook)
    expect((await webhook('forged')).status).toBe(expected.webhook === 200 ? 401 : 503)
    expect((await click(origin)).status).toBe(expected.linkToken)
    expect((await click('https://evil.test')).status).toBe(403)
    const listed = await ask('/accounts')
    expect([listed.status, (await listed.json()).accounts.length]).toEqual([200, expected.linkToken === 200 ? 1 : 0])
    expect((await ask('/accounts/nobodys', { method: 'DELETE', headers: { origin } })).status).toBe(404)

    const said = world.log.join('\n')
    expect(said.includes('WEBHOOK_RAW_BODY_REQUIRED')).toBe(expected.webhook !== 200)
    expect(said.includes('Object.assign(request.raw, { body: request.body })')).toBe(expected.linkToken !== 200)
  })
})
