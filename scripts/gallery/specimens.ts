import {
  ConnectError,
  type ConnectErrorCode,
  type ConnectIntegration,
  type IntegrationCatalog,
  type IntegrationList,
} from '@connect-integration/element'
import {
  ConnectIntegrationHarness,
  fakeCatalogTransport,
  fakeListTransport,
  fakeTransport,
  IntegrationCatalogHarness,
  IntegrationListHarness,
} from '@connect-integration/element/testing'
import { everyAccount, manyIntegrations, someIntegrations } from './data.ts'

/** One element in one state. */
export interface Specimen {
  element: 'connect-integration' | 'integration-list' | 'integration-catalog'
  state: string
  /** It covers the page, so it is shown only when it is asked for by name. */
  alone?: boolean
  make(): HTMLElement
  /** After it is on the page: brings it there as a user would. One after the other, because there is one modal. */
  drive?(element: HTMLElement): Promise<void>
}

export const specimens: Specimen[] = [
  connect('idle'),
  connect('disabled', { disabled: true }),
  connect('relink', { accountId: 'acc_1' }),
  {
    ...connect('open', {}, async (harness) => {
      harness.click()
      await harness.waitForState('open')
    }),
    alone: true,
  },
  connect('finishing', { transport: { ...fakeTransport(), exchange: never } }, finish),
  connect('connected', {}, finish),
  ...failures().map((code) =>
    connect(
      `failed: ${code}`,
      {
        transport: {
          ...fakeTransport(),
          createLinkToken: async () => {
            throw new ConnectError(code, 'as asked for')
          },
        },
      },
      (harness) => harness.click(),
    ),
  ),
  // The last one: nobody else gets the modal before this has ended, and it does not.
  connect('loading', { transport: { ...fakeTransport(), createLinkToken: never } }, (harness) => harness.click()),

  list('ready', { accounts: everyAccount() }),
  list('empty', {}),
  list('loading', { listAccounts: never }),
  list('failed', { listAccounts: down }),
  list('outdated', { accounts: everyAccount().slice(0, 2) }, async (_, element) => {
    element.transport!.listAccounts = down
    element.refresh()
  }),
  {
    ...list('asking', { accounts: everyAccount() }, (harness) => harness.askToDelete('BambooHR')),
    alone: true,
  },
  list('not deleted', { accounts: everyAccount().slice(0, 1), deleteAccount: down }, async (harness) => {
    await harness.askToDelete('BambooHR')
    await harness.answer('confirm')
  }),

  catalog('ready', { integrations: someIntegrations(), accounts: everyAccount() }),
  catalog('one category', { integrations: someIntegrations() }, { category: 'hris' }),
  catalog('nothing found', { integrations: someIntegrations() }, {}, (harness) => harness.search('no such thing')),
  catalog('empty', {}),
  catalog('loading', { listIntegrations: never }),
  catalog('failed', { listIntegrations: down }, { category: 'hris' }),
  catalog('outdated', { integrations: someIntegrations().slice(0, 3) }, {}, async (_, element) => {
    element.transport!.listIntegrations = down
    element.refresh()
  }),
  { ...catalog('five hundred', { integrations: manyIntegrations(500) }), alone: true },
]

function connect(
  state: string,
  properties: Partial<ConnectIntegration> = {},
  drive?: (harness: ConnectIntegrationHarness) => unknown,
): Specimen {
  const element = 'connect-integration'
  return {
    element,
    state,
    make: () => Object.assign(document.createElement(element), { category: 'hris', transport: fakeTransport(), ...properties }),
    drive: async (made) => {
      await drive?.(new ConnectIntegrationHarness(made as ConnectIntegration))
    },
  }
}

function list(
  state: string,
  transport: Partial<ReturnType<typeof fakeListTransport>>,
  drive?: (harness: IntegrationListHarness, element: IntegrationList) => Promise<void>,
): Specimen {
  const element = 'integration-list'
  return {
    element,
    state,
    make: () => Object.assign(document.createElement(element), { transport: Object.assign(fakeListTransport(), transport) }),
    async drive(made) {
      if (!drive) return
      await answered(made as IntegrationList)
      await drive(new IntegrationListHarness(made as IntegrationList), made as IntegrationList)
    },
  }
}

function catalog(
  state: string,
  transport: Partial<ReturnType<typeof fakeCatalogTransport>>,
  properties: Partial<IntegrationCatalog> = {},
  drive?: (harness: IntegrationCatalogHarness, element: IntegrationCatalog) => Promise<void>,
): Specimen {
  const element = 'integration-catalog'
  return {
    element,
    state,
    make: () =>
      Object.assign(document.createElement(element), { transport: Object.assign(fakeCatalogTransport(), transport), ...properties }),
    async drive(made) {
      if (!drive) return
      await answered(made as IntegrationCatalog)
      await drive(new IntegrationCatalogHarness(made as IntegrationCatalog), made as IntegrationCatalog)
    },
  }
}

/** It has read what it shows, and has drawn it. Out of sight it reads nothing, so it is brought into view. */
async function answered(element: IntegrationList | IntegrationCatalog): Promise<void> {
  element.scrollIntoView({ block: 'nearest' })
  while (element.state === 'loading') await new Promise(requestAnimationFrame)
  await element.updateComplete
}

async function finish(harness: ConnectIntegrationHarness): Promise<void> {
  harness.click()
  await harness.completeModal()
}

function never(): Promise<never> {
  return new Promise(() => {})
}

async function down(): Promise<never> {
  throw new ConnectError('unavailable', 'as asked for')
}

/** Each has words of its own. */
function failures(): ConnectErrorCode[] {
  return [
    'network',
    'script_blocked',
    'popup_blocked',
    'validation',
    'unauthorized',
    'forbidden',
    'not_found',
    'already_connected',
    'busy',
    'cancelled',
    'rate_limited',
    'unavailable',
    'invalid_request',
  ]
}
