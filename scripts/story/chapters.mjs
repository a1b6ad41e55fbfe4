import { WAIT_LIMIT_MS } from '../time-limits.mjs'
import { MODELS } from './stage.mjs'

/** The story, in order; each chapter leaves what the next one needs in `kept`. */
const kept = { accountId: '', originId: '', linkedAccountId: '' }

export const chapters = [
  {
    title: 'A customer opens the modal, leaves, and comes back',
    async play({ acme, person, sandbox, accountRows, check, say }) {
      const first = await acme.createLinkToken(person)
      sandbox.link.abandon(first.linkToken)
      say('The first attempt was broken off.')
      const second = await acme.createLinkToken(person)
      kept.accountId = second.accountId
      kept.linkToken = second.linkToken
      const rows = accountRows()
      kept.originId = rows[0]?.originId
      check('one row and one end user origin id, not two', rows.length === 1 && first.accountId === second.accountId)
      check('the link token is a fresh one', first.linkToken !== second.linkToken)
    },
  },
  {
    title: 'They sign in to their HR system',
    async play({ acme, finishModal, accountRows, sandbox, check }) {
      const account = await acme.exchangePublicToken(finishModal(kept.linkToken, 'bamboohr'))
      kept.linkedAccountId = account.linkedAccountId
      const [row] = accountRows()
      const atSource = sandbox.accounts()
      check(
        'the connection is active and belongs to the row that was waiting for it',
        row?.status === 'active' && row.id === kept.accountId,
      )
      check(
        'the source knows it under the same origin id',
        atSource.length === 1 && atSource[0]?.endUserOriginId === kept.originId && atSource[0].id === kept.linkedAccountId,
      )
    },
  },
  {
    title: 'The first sync',
    async play({ acme, sandbox, compare, tokensAreSealed, until, check }) {
      const read = async () => (await acme.account(kept.accountId)).info.sync
      const stored = (sync) => Object.values(sync.models).reduce((sum, model) => sum + model.records, 0)
      const atSource = () => MODELS.reduce((sum, model) => sum + sandbox.truth(kept.linkedAccountId, model).length, 0)
      await until(
        'the source had finished its own first sync',
        () => sandbox.accounts()[0].models.every((model) => !model.initial && model.status === 'DONE'),
        () => ['At source', atSource(), Math.max(atSource(), 1)],
      )
      await until(
        'everything was stored',
        async () => (await read()).ready,
        async () => ['Stored', stored(await read()), atSource()],
      )
      checkSame(compare(kept.linkedAccountId), check)
      check('no account token is readable anywhere in the database file', tokensAreSealed())
    },
  },
  {
    title: 'At the source somebody changes, somebody is hired, somebody leaves',
    async play({ sandbox, pages, compare, until, check, say }) {
      const changed = sandbox.change(kept.linkedAccountId)
      const hired = sandbox.hire(kept.linkedAccountId)
      const gone = sandbox.remove(kept.linkedAccountId)
      say(`${changed.all.length} record changed, ${hired.all.length} added, ${gone.all.length} touched by the deletion.`)
      sandbox.sync(kept.linkedAccountId)
      pages.length = 0
      await settle(sandbox, compare, until)
      const same = compare(kept.linkedAccountId)
      checkSame(same, check)
      check('who left is a tombstone, not a silent gap', same.tombstones > 0)
      const anew = pages.filter((path) => !path.includes('modified_after'))
      check(`it was read incrementally (${pages.length} pages, all of them bounded)`, pages.length > 0 && anew.length === 0)
    },
  },
  {
    title: 'The connection breaks, and the customer relinks it',
    async play({ acme, sandbox, finishModal, accountRows, compare, until, check }) {
      sandbox.setStatus(kept.linkedAccountId, 'RELINK_NEEDED')
      await until('the break was noticed', async () => (await acme.account(kept.accountId)).info.status === 'relink_needed')
      check('the break is noticed, and what was read stays', compare(kept.linkedAccountId).missing === 0)
      const account = await acme.account(kept.accountId)
      const { linkToken } = await account.relink({ organizationName: 'Acme', userEmail: 'ada@acme.test' })
      const relinked = await acme.exchangePublicToken(finishModal(linkToken, 'bamboohr'))
      check(
        'it works again under the same ids',
        relinked.status === 'active' && relinked.id === kept.accountId && relinked.linkedAccountId === kept.linkedAccountId,
      )
      check('there still is one row, and one account at the source', accountRows().length === 1 && sandbox.accounts().length === 1)
      sandbox.change(kept.linkedAccountId)
      sandbox.sync(kept.linkedAccountId)
      await settle(sandbox, compare, until)
      checkSame(compare(kept.linkedAccountId), check)
    },
  },
  {
    title: 'They delete it',
    async play({ acme, sandbox, accountRows, check }) {
      const account = await acme.account(kept.accountId)
      const result = await account.delete()
      const [row] = accountRows()
      check('it is gone at the source', result === 'deleted' && sandbox.accounts().length === 0)
      check(
        'nothing of it is left here: no record, no token, no details',
        row?.status === 'deleted' && row.records === 0 && !row.hasToken && !row.hasDetails,
      )
      check('it cannot be found any more', (await acme.account(kept.accountId)) === null && (await acme.list()).length === 0)
    },
  },
]

function checkSame(same, check) {
  const { rows, tombstones, missing, stale, extra, resurrected } = same
  check(
    `the file says what the source says: ${rows.toLocaleString('en')} records${tombstones > 0 ? `, ${tombstones} of them gone` : ''}`.replace(
      'of them gone',
      'tombstones',
    ),
    rows > 0 && missing + stale + extra + resurrected === 0,
  )
  if (missing + stale + extra + resurrected > 0)
    console.log(`     missing ${missing}, stale ${stale}, extra ${extra}, resurrected ${resurrected}`)
}

/** Until the source has finished its run and the mirror has caught up, or it is clear that it never will. */
async function settle(sandbox, compare, until) {
  await until(
    'the source had finished its run',
    () => sandbox.accounts()[0].pendingChanges === 0 && sandbox.accounts()[0].models.every((model) => model.status === 'DONE'),
  )
  const deadline = performance.now() + WAIT_LIMIT_MS / 2 // Below the limit of `until`: what is missing is told by the check that follows.
  await until('the mirror had caught up', () => {
    const { missing, stale, extra, resurrected } = compare(kept.linkedAccountId)
    return missing + stale + extra + resurrected === 0 || performance.now() > deadline
  })
}
