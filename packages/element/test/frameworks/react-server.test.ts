// @vitest-environment node
import type * as Components from '@connect-integration/element/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

beforeEach(() => void vi.spyOn(console, 'error').mockImplementation(() => {}))

afterEach(() => {
  expect(console.error).not.toHaveBeenCalled()
  vi.restoreAllMocks()
  vi.doUnmock('react')
  vi.resetModules()
})

it('React 19 renders the tag on a server, with what HTML can say and nothing else', async () => {
  const { createElement } = await import('react')
  const { renderToString } = await import('react-dom/server')
  expect(renderToString(page(createElement, await import('@connect-integration/element/react')))).toBe(html('disabled=""'))
})

it('so does React 18', async () => {
  const { react: older, server } = await import('./older-react.mjs')
  vi.doMock('react', () => older)
  expect(server.renderToString(page(older.createElement, await import('@connect-integration/element/react')))).toBe(html('disabled="true"'))
})

function page(createElement: typeof import('react').createElement, { ConnectIntegration, IntegrationList }: typeof Components) {
  expect(typeof document).toBe('undefined')
  return createElement(
    'main',
    null,
    createElement(
      ConnectIntegration,
      {
        endpoint: '/api',
        accountId: 'acc_1',
        disabled: true,
        className: 'wide',
        headers: { authorization: 'never in the page' },
        messages: { connect: 'Go' },
        onSuccess: () => {},
      },
      'Connect',
    ),
    createElement(ConnectIntegration, { category: 'hris', disabled: false }),
    createElement(IntegrationList, { endpoint: '/api' }, createElement('p', { slot: 'empty' }, 'Nothing yet.')),
  )
}

function html(disabled: string): string {
  return (
    `<main><connect-integration class="wide" endpoint="/api" account-id="acc_1" ${disabled}>Connect</connect-integration>` +
    '<connect-integration category="hris"></connect-integration>' +
    '<integration-list endpoint="/api"><p slot="empty">Nothing yet.</p></integration-list></main>'
  )
}
