import { ConnectError } from '@connect-integration/element'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { account, drawn, prepareList } from './prepare-list.ts'

beforeEach(() => {
  vi.useFakeTimers()
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

describe('the question', () => {
  it('names what goes, says that it is for good, and asks nothing of the server', async () => {
    const { ask, dialog, transport } = await prepareDeletion()
    await ask('b')
    expect(dialog().open).toBe(true)
    expect(dialog().textContent).toContain('Delete integration')
    expect(dialog().textContent).toContain('Name of b')
    expect(dialog().textContent).toContain('This action is permanent. Do you want to proceed?')

    expect(transport.deleted).toEqual([])
  })

  it('can be left, and then nothing happens', async () => {
    const { ask, keep, dialog, rows, transport } = await prepareDeletion()
    await ask('b')
    await keep()

    expect(dialog().open).toBe(false)
    expect(rows()).toHaveLength(3)
    expect(transport.deleted).toEqual([])
  })

  it('goes away by itself when the account does', async () => {
    const { ask, dialog, element, transport } = await prepareDeletion()
    await ask('b')
    transport.accounts = transport.accounts.filter(({ id }) => id !== 'b')
    element.refresh()
    await drawn(element)

    expect(dialog().open).toBe(false)
  })
})

describe('a deletion', () => {
  it('takes the row away when it is done, says so, and tells the page once', async () => {
    const { ask, confirm, rows, said, events, transport } = await prepareDeletion()
    await ask('b')
    await confirm()

    expect(transport.deleted).toEqual(['b'])
    expect(rows().map((row) => row.dataset.id)).toEqual(['a', 'c'])
    expect(said()).toContain('\u2068Name of b\u2069 was removed.')
    expect(deletions(events)).toEqual([{ name: 'integration-deleted', detail: { account: account('b') } }])
  })

  it('shows at once that it has begun, and offers nothing more meanwhile', async () => {
    const { ask, confirm, row, part, transport } = await prepareDeletion()
    transport.fail = () => new Promise(() => {})
    await ask('b')
    await confirm()

    expect(part('status', row('b'))?.textContent).toBe('Disconnecting…')
    expect(row('b')?.querySelectorAll('button, connect-integration')).toHaveLength(0)
  })

  it('that takes its time is followed until the account is gone', async () => {
    const { element, ask, confirm, row, part, rows, events, transport } = await prepareDeletion()
    transport.slow = true
    await ask('b')
    await confirm()
    expect(part('status', row('b'))?.textContent).toBe('Disconnecting…')
    expect(deletions(events)).toEqual([])
    transport.accounts = transport.accounts.filter(({ id }) => id !== 'b')
    await vi.advanceTimersByTimeAsync(2_000)
    await drawn(element)

    expect(rows()).toHaveLength(2)
    expect(deletions(events)).toHaveLength(1)
  })

  it('that fails puts the row back, with the reason in words', async () => {
    const { ask, confirm, row, part, transport } = await prepareDeletion()
    transport.fail = (call) => {
      if (call === 'deleteAccount') throw new ConnectError('forbidden', 'DELETE https://api.merge.test/?token=secret')
    }
    await ask('b')
    await confirm()
    expect(part('problem', row('b'))?.textContent).toBe('You are not allowed to do this. Ask an administrator.')
    expect(part('status', row('b'))?.textContent).toContain('Connected')
    transport.fail = undefined
    await ask('b')
    await confirm()

    expect(row('b')).toBeNull()
  })

  it('of something that is gone already counts as done', async () => {
    const { ask, confirm, row, events, transport } = await prepareDeletion()
    transport.fail = (call) => {
      if (call === 'deleteAccount') throw new ConnectError('not_found', 'gone')
    }
    await ask('b')
    await confirm()

    expect(row('b')).toBeNull()
    expect(deletions(events)).toHaveLength(1)
  })

  it('is not undone by an answer that is older', async () => {
    const { element, ask, confirm, row, rows, events, transport } = await prepareDeletion()
    const old = [...transport.accounts]
    await ask('b')
    await confirm()
    transport.accounts = old
    element.refresh()
    await drawn(element)
    expect(row('b')).toBeNull()
    expect(rows()).toHaveLength(2)
    expect(deletions(events)).toHaveLength(1)
  })

  it('that ends after the list has turned to something else does not touch that', async () => {
    const { element, ask, confirm, rows, events, transport } = await prepareDeletion()
    let fail: (reason: unknown) => void = () => {}
    transport.fail = (call) => {
      if (call !== 'deleteAccount') return
      return new Promise((_, reject) => {
        fail = reject
      })
    }
    await ask('b')
    await confirm()
    element.category = 'hris'
    await drawn(element)
    fail(new ConnectError('unavailable', 'down'))
    await drawn(element)

    expect(rows().every((row) => !row.textContent?.includes('went wrong'))).toBe(true)
    expect(deletions(events)).toEqual([])
  })

  it('of the last one leaves the sentence for nothing', async () => {
    const { element, ask, confirm, part, transport } = await prepareDeletion()
    transport.accounts = [account('a', { status: 'pending' })]
    element.refresh()
    await drawn(element)
    await ask('a')
    expect(part('confirm')?.textContent).toBe('Remove')
    await confirm()

    expect(element.state).toBe('empty')
  })
})

async function prepareDeletion() {
  const list = await prepareList(['a', 'b', 'c'].map((id) => account(id)))
  const press = async (button: HTMLElement | null) => {
    if (!button) throw new Error('There is no such button.')
    button.click()
    await drawn(list.element)
  }
  return {
    ...list,
    ask: (id: string) => press(list.part('delete', list.row(id))),
    confirm: () => press(list.part('confirm')),
    keep: () => press(list.part('keep')),
  }
}

function deletions(events: { name: string }[]): { name: string }[] {
  return events.filter(({ name }) => name === 'integration-deleted')
}
