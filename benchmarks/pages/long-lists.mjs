import '@connect-integration/element/elements.js'

const named = (place) => ({ name: `Integration ${place}`, slug: `slug-${place}`, logoUrl: null, color: '#0875e1' })

export function drawList(parent, count) {
  const accounts = Array.from({ length: count }, (_, place) => ({
    id: `acc_${place}`,
    category: 'hris',
    status: 'active',
    displayName: null,
    integration: named(place),
    sync: { readiness: 'complete', lastSyncedAt: new Date().toISOString() },
  }))
  return drawn(parent, 'integration-list', { listAccounts: async () => ({ accounts }) }, "[part='row']", count)
}

export function drawCatalog(parent, count) {
  const integrations = Array.from({ length: count }, (_, place) => ({ ...named(place), categories: [place % 2 ? 'hris' : 'ats'] }))
  const transport = { listIntegrations: async () => ({ integrations }), listAccounts: async () => ({ accounts: [] }) }
  return drawn(parent, 'integration-catalog', transport, "[part='card']", count)
}

async function drawn(parent, name, transport, selector, count) {
  const element = Object.assign(document.createElement(name), { transport })
  parent.append(element)
  while (element.shadowRoot.querySelectorAll(selector).length < count) await new Promise(requestAnimationFrame)
}
