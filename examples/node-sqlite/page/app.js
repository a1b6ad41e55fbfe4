const api = '/api/integrations'
const byId = (id) => document.getElementById(id)

/** People by connection: the browser's copy, kept in step by asking what changed since. */
const people = new Map()
const MODELS = {
  'hris.Employee': ['person', 'people'],
  'hris.Employment': ['employment', 'employments'],
  'hris.TimeOff': ['time-off request', 'time-off requests'],
  'hris.Group': ['group', 'groups'],
  'hris.Location': ['location', 'locations'],
  'hris.Company': ['company', 'companies'],
}

byId('connect').addEventListener('connect-success', ({ detail }) => {
  say(`${detail.account.integration?.name ?? 'Your system'} is connected.`)
  refresh()
})
byId('filter').addEventListener('input', drawPeople)

let timer
refresh()
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && refresh())

async function refresh() {
  clearTimeout(timer)
  let wait = 4000
  try {
    const { accounts } = await (await ask('/accounts')).json()
    const shown = accounts.filter((account) => account.status !== 'pending')
    drawAccounts(shown)
    await readPeople(shown)
    if (shown.some((account) => !account.sync.ready)) wait = 1000
  } catch {
    say('The list could not be loaded. Trying again.')
    wait = 8000
  }
  if (document.visibilityState === 'visible') timer = setTimeout(refresh, wait)
}

async function ask(path, options = {}) {
  const response = await fetch(api + path, { ...options, headers: { 'content-type': 'application/json' } })
  if (!response.ok) throw new Error((await response.json()).error.message)
  return response
}

async function readPeople(accounts) {
  for (const id of people.keys()) if (!accounts.some((account) => account.id === id)) people.delete(id)
  for (const { id } of accounts) {
    const copy = people.get(id) ?? { after: 0, byId: new Map() }
    people.set(id, copy)
    for (let next = copy.after; next !== null; ) {
      const page = await (await fetch(`/api/people?account=${id}&after=${next}`)).json()
      for (const person of page.people) {
        if (person.gone) copy.byId.delete(person.id)
        else copy.byId.set(person.id, person)
        copy.after = person.seq
      }
      next = page.next
    }
  }
  drawPeople()
}

function drawAccounts(accounts) {
  byId('empty').hidden = accounts.length > 0
  const list = byId('accounts')
  const items = accounts.map((account) => {
    const item = list.querySelector(`[data-id="${account.id}"]`) ?? createItem(account)
    updateItem(item, account)
    return item
  })
  for (const old of [...list.children]) if (!items.includes(old)) old.remove()
  for (const item of items) if (item.parentElement !== list) list.append(item)
}

function createItem(account) {
  const item = element('li', { className: 'account' })
  item.dataset.id = account.id
  const top = element('div', { className: 'row' })
  const logo = account.integration?.logoUrl
    ? element('img', { src: account.integration.logoUrl, alt: '', referrerPolicy: 'no-referrer' })
    : element('span', { className: 'tile', textContent: (account.integration?.name ?? '?')[0] })
  const name = element('div', { className: 'name' })
  name.append(
    element('strong', { textContent: account.displayName ?? account.integration?.name ?? 'Integration' }),
    element('span', { className: 'status' }),
  )
  const relink = element('connect-integration', { textContent: 'Relink' })
  relink.setAttribute('endpoint', api)
  relink.setAttribute('account-id', account.id)
  relink.addEventListener('connect-success', () => {
    say('The connection was renewed.')
    refresh()
  })
  const remove = element('button', { className: 'danger', textContent: 'Delete', type: 'button' })
  remove.addEventListener('click', () => askToDelete(account, remove))
  top.append(logo, name, relink, remove)
  item.append(top, element('progress', { hidden: true }), element('p', { className: 'counts' }))
  return item
}

function updateItem(item, account) {
  const { words, tone } = describe(account)
  const status = item.querySelector('.status')
  status.textContent = words
  status.className = `status ${tone}`
  item.querySelector('progress').hidden = account.sync.ready || account.status !== 'active'
  item.querySelector('.counts').replaceChildren(
    ...Object.entries(MODELS).flatMap(([model, [one, many]]) => {
      const records = account.sync.models[model]?.records ?? 0
      return records > 0 ? [counted(records, records === 1 ? one : many)] : []
    }),
  )
}

function counted(records, word) {
  const line = element('span')
  line.append(element('b', { textContent: records.toLocaleString() }), ` ${word}`)
  return line
}

function describe(account) {
  if (account.status === 'deleting') return { words: 'Being deleted…', tone: '' }
  if (account.status === 'relink_needed') return { words: 'Needs attention: sign in again with Relink.', tone: 'warn' }
  if (account.status === 'error') return { words: 'No longer available at the source. Delete it and connect again.', tone: 'warn' }
  if (!account.sync.ready)
    return {
      words: Object.values(account.sync.models).some((model) => model.records > 0)
        ? 'First sync in progress…'
        : 'Preparing the first sync…',
      tone: '',
    }
  return { words: `Up to date · ${new Date(account.sync.lastSyncedAt).toLocaleTimeString()}`, tone: 'good' }
}

function askToDelete(account, button) {
  const dialog = byId('confirm')
  dialog.returnValue = 'cancel'
  dialog.onclose = async () => {
    button.focus()
    if (dialog.returnValue !== 'delete') return
    button.disabled = true
    try {
      await ask(`/accounts/${account.id}`, { method: 'DELETE' })
      say(`${account.integration?.name ?? 'The integration'} was deleted.`)
    } catch (error) {
      say(error.message)
    }
    button.disabled = false
    refresh()
  }
  dialog.showModal()
}

function drawPeople() {
  const everybody = [...people.values()].flatMap((copy) => [...copy.byId.values()])
  const wanted = byId('filter').value.trim().toLowerCase()
  const found = everybody
    .filter((person) => `${person.name} ${person.email ?? ''}`.toLowerCase().includes(wanted))
    .sort((one, other) => other.seq - one.seq)
  byId('people-section').hidden = everybody.length === 0
  byId('people').replaceChildren(
    ...found.slice(0, 12).map((person) => {
      const row = element('tr')
      row.append(
        ...[person.name, person.email ?? '–', person.status === 'ACTIVE' ? 'Active' : (person.status ?? '–').toLowerCase()].map(
          (textContent) => element('td', { textContent }),
        ),
      )
      return row
    }),
  )
  byId('more').textContent =
    found.length > 12 ? `and ${(found.length - 12).toLocaleString()} more` : found.length === 0 ? 'Nobody of that name.' : ''
}

function say(text) {
  byId('notice').textContent = text
}

function element(name, properties = {}) {
  return Object.assign(document.createElement(name), properties)
}
