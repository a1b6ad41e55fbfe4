/** `GET /`: what the sandbox holds, with a button for each lever. Plain HTML, no build, no network but its own. */
export function controlPage(): Response {
  return html(page)
}

/** Where a magic link leads: the modal alone, and nobody here to get the public token. */
export function magicLinkPage(linkToken: string): Response {
  const config = `{ linkToken: ${JSON.stringify(linkToken).replaceAll('<', '\\u003c')}, onSuccess: () => {} }`
  return html(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Link an account</title><script src="/initialize.js"></script>
<script>const config = ${config}; MergeLink.initialize({ ...config, onReady: () => MergeLink.openLink(config) })</script></html>`)
}

function html(body: string): Response {
  return new Response(body, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', 'x-frame-options': 'DENY' },
  })
}

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --line: light-dark(#e3e5ea, #30343c); --soft: light-dark(#6a7180, #9aa3b2); --card: light-dark(#fff, #1b1e24);
    --good: light-dark(#0a7d45, #4cc38a); --bad: light-dark(#b42318, #ff8a7a); --accent: light-dark(#3451d1, #8ea4ff) }
  * { box-sizing: border-box }
  body { margin: 0; background: light-dark(#f6f7f9, #121418); font: 15px/1.5 system-ui, sans-serif }
  main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem }
  h1 { font-size: 1.4rem; margin: 0 }
  .soft { color: var(--soft) }
  article { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.25rem; margin-top: 1rem }
  h2.category { margin-top: 2rem } h2.category .soft { font-weight: 400 } .vendors { margin: .2rem 0 0; font-size: .85rem }
  h2, h3 { font-size: 1.05rem; margin: 0; display: flex; gap: .6rem; align-items: center; flex-wrap: wrap }
  .tag { font-size: .75rem; font-weight: 600; border: 1px solid currentColor; border-radius: 99px; padding: 0 .6rem }
  .good { color: var(--good) } .bad { color: var(--bad) }
  table { width: 100%; border-collapse: collapse; margin: .75rem 0; font-variant-numeric: tabular-nums }
  th, td { text-align: left; padding: .2rem .5rem .2rem 0; border-bottom: 1px solid var(--line); font-weight: 400 }
  th { color: var(--soft); font-size: .8rem } td.number, th.number { text-align: right }
  .buttons { display: flex; flex-wrap: wrap; gap: .5rem }
  button { font: inherit; padding: .35rem .8rem; border-radius: 8px; border: 1px solid var(--line); background: transparent; color: inherit; cursor: pointer }
  button:hover { border-color: var(--accent); color: var(--accent) }
  button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
  button.main { background: var(--accent); border-color: var(--accent); color: light-dark(#fff, #10131a) }
  #said { min-height: 1.5em }
</style>
</head>
<body>
<main>
  <h1>Sandbox</h1>
  <p class="soft">An offline double of Merge. What you change here happens in the customer’s own system; Merge copies it at its next sync.</p>
  <p id="said" class="soft" role="status" aria-live="polite"></p>
  <div id="accounts"></div>
</main>
<script>
const accounts = document.querySelector('#accounts')
const said = document.querySelector('#said')
// Those without a label are called differently in each category.
const actions = [
  [null, 'change', {}], [null, 'add', {}], [null, 'remove', {}],
  ['Run sync now', 'sync', {}, 'main'], ['Break the connection', 'status', { status: 'RELINK_NEEDED' }], ['Mend it', 'status', { status: 'COMPLETE' }],
  ['Sign in to another company', 'relink-elsewhere', {}],
]
let shown = ''
let categories = []

accounts.addEventListener('click', async (event) => {
  const button = event.target.closest('button')
  if (!button) return
  const [, action, body] = actions[button.dataset.action]
  const response = await fetch('/sandbox/accounts/' + button.dataset.account + '/' + action, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
  })
  const answer = await response.json()
  const extent = answer.all ? ': ' + answer.all.length + (answer.all.length === 1 ? ' record' : ' records') + ' in the customer’s system' : ''
  said.textContent = answer.error ?? button.textContent + (extent || ': done') + '.'
  refresh()
})

async function refresh() {
  const read = (path) => fetch(path).then((response) => response.text()).catch(() => null)
  if (categories.length === 0) categories = JSON.parse(await read('/sandbox/categories') ?? '{"categories":[]}').categories
  const body = await read('/sandbox/accounts')
  if (body === null) { said.textContent = 'The sandbox does not answer. Is it still running?'; shown = ''; return }
  if (body === shown) return
  shown = body
  const focused = document.activeElement?.dataset ?? {}
  const list = JSON.parse(body).accounts
  const isLinked = (category) => list.some((account) => account.category === category.name)
  const ordered = [...categories.filter(isLinked), ...categories.filter((category) => !isLinked(category))]
  accounts.replaceChildren(...(list.length ? [] : [empty()]), ...ordered.flatMap((category) => section(category, list)))
  accounts.querySelector('[data-account="' + focused.account + '"][data-action="' + focused.action + '"]')?.focus()
}

function section(category, list) {
  const linked = list.filter((account) => account.category === category.name)
  const heading = element('h2', category.name, 'category')
  const vendors = category.integrations.map((each) => each.name).join(', ')
  heading.append(element('span', linked.length ? String(linked.length) : 'none linked', 'soft'))
  return [heading, element('p', vendors, 'soft vendors'), ...linked.map(card)]
}

function card(account) {
  const article = element('article')
  const title = element('h3', account.organizationName + (account.integration ? ' · ' + account.integration.name : ''))
  title.append(element('span', account.status, 'tag ' + (account.status === 'COMPLETE' ? 'good' : 'bad')))
  article.append(title, element('div', account.id, 'soft'))
  if (account.models.length === 0) return article.append(element('p', 'The link flow was not finished.', 'soft')), article
  const table = element('table')
  table.append(row('th', ['Model', 'Sync', 'Records', 'Deleted']))
  for (const model of account.models) table.append(row('td', [model.id, model.status, model.records, model.deleted]))
  const waiting = account.pendingChanges
  const buttons = element('div', '', 'buttons')
  actions.forEach(([label, action, body, kind], index) => {
    if (body.status === account.status || (body.status === 'COMPLETE' && account.status === 'COMPLETE')) return
    const button = element('button', label ?? account.labels[action], kind)
    button.dataset.account = account.id
    button.dataset.action = index
    buttons.append(button)
  })
  article.append(table, element('p', waiting + (waiting === 1 ? ' change' : ' changes') + ' not copied by Merge yet', 'soft'), buttons)
  return article
}

function empty() {
  return element('p', 'No account is linked yet. Point MERGE_API_BASE_URL at this server and connect one in your product.', 'soft')
}
function row(kind, cells) {
  const tr = element('tr')
  cells.forEach((cell, index) => tr.append(element(kind, String(cell), index > 1 ? 'number' : '')))
  return tr
}
function element(name, text, className) {
  const made = document.createElement(name)
  if (text) made.textContent = text
  if (className) made.className = className
  return made
}
refresh()
setInterval(refresh, 1000)
</script>
</body>
</html>
`
