const byId = (id) => document.getElementById(id)
const list = byId('list')

/** People by connection: the browser's copy, kept in step by asking what changed since. */
const people = new Map()

document.addEventListener('connect-success', ({ detail }) => say(`${detail.account.integration?.name ?? 'Your system'} is connected.`))
list.addEventListener('integration-deleted', ({ detail }) => {
  if (detail.account.status !== 'pending') say(`${detail.account.integration?.name ?? 'The integration'} was deleted.`)
  readPeople()
})
byId('filter').addEventListener('input', drawPeople)

let timer
list.addEventListener('integration-list-loaded', readPeople)
document.addEventListener('visibilitychange', readPeople)

async function readPeople() {
  clearTimeout(timer)
  if (document.visibilityState !== 'visible') return
  const linked = list.accounts.filter((account) => account.status !== 'pending')
  for (const id of people.keys()) if (!linked.some((account) => account.id === id)) people.delete(id)
  try {
    for (const { id } of linked) await readChanges(id)
  } catch {
    // The list says so; the next turn goes on where this one stopped.
  }
  drawPeople()
  clearTimeout(timer)
  timer = setTimeout(readPeople, linked.some((account) => !account.sync.ready) ? 1000 : 4000)
}

async function readChanges(id) {
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
