import '@connect-integration/element/define/integration-list'
import type { IntegrationList, ListedAccount } from '@connect-integration/element'
import { fakeListTransport } from '@connect-integration/element/testing'
import { afterEach, beforeEach, vi } from 'vitest'
import { settle } from './prepare.ts'

/** An account as the server describes one, with what the test is about. */
export function account(id: string, fields: Partial<ListedAccount> = {}): ListedAccount {
  return {
    id,
    category: 'hris',
    status: 'active',
    displayName: null,
    integration: { name: `Name of ${id}`, slug: id, logoUrl: null, color: null },
    sync: { ready: true, readiness: 'complete', lastSyncedAt: '2026-01-01T00:00:00.000Z', models: {} },
    ...fields,
  }
}

/** A list on the page, with a server in memory, its first answer drawn. */
export async function prepareList(accounts: ListedAccount[] = [], properties: Partial<IntegrationList> = {}) {
  const element = document.createElement('integration-list')
  const transport = fakeListTransport(accounts)
  const events: { name: string; detail: unknown }[] = []
  for (const name of ['integration-list-loaded', 'integration-list-error', 'integration-deleted'] as const)
    element.addEventListener(name, ({ detail }) => events.push({ name, detail }))
  Object.assign(element, { transport, ...properties })
  document.body.append(element)
  await drawn(element)
  return { element, transport, events, ...readers(element) }
}

/** Everything that was asked for has been answered and drawn. */
export async function drawn(element: IntegrationList): Promise<void> {
  await settle()
  await element.updateComplete
  await settle()
}

export function readers(element: IntegrationList) {
  const all = (selector: string) => [...(element.shadowRoot?.querySelectorAll<HTMLElement>(selector) ?? [])]
  const part = (name: string, within: ParentNode | null | undefined = element.shadowRoot) =>
    within?.querySelector<HTMLElement>(`[part='${name}']`) ?? null
  return {
    part,
    rows: () => all("[part='row']"),
    row: (id: string) => all("[part='row']").find((row) => row.dataset.id === id) ?? null,
    said: () => element.shadowRoot?.querySelector(".unseen[role='status']:not([part] *)")?.textContent ?? '',
    dialog: () => part('dialog') as HTMLDialogElement,
  }
}

// This DOM double has an observer that never reports anything.
beforeEach(() => vi.stubGlobal('IntersectionObserver', undefined))
afterEach(() => vi.unstubAllGlobals())
