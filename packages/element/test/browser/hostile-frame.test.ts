import { expect, it, onTestFinished } from 'vitest'
import { prepareElement, preparePage } from './prepare.ts'
import { everyAccount, prepareList } from './prepare-list.ts'

it('B7 a hostile frame that posts every success there is to the page connects nothing and closes nothing', async () => {
  const { element, harness, transport } = await preparePage()
  const waiting = await prepareElement()
  const list = await prepareList(everyAccount().slice(0, 1))
  harness.click()
  await harness.waitForState('open')
  const before = list.element.shadowRoot?.textContent
  const posted = await postFromFrame(forgeries())

  expect(posted).toBe(forgeries().length)
  expect([element.state, waiting.element.state]).toEqual(['open', 'idle'])
  expect([...transport.exchanged, ...waiting.transport.exchanged, ...list.transport.deleted]).toEqual([])
  expect(harness.eventNames).toEqual(['connect-ready'])
  expect(list.element.shadowRoot?.textContent).toBe(before)
})

it('B7 the same while nothing is open, and the next sign-in is a fresh one', async () => {
  const { harness, transport } = await preparePage()
  await postFromFrame(forgeries())
  expect(harness.state()).toBe('idle')
  harness.click()
  await harness.completeModal()
  await harness.waitForState('connected')

  expect(transport.exchanged).toEqual(['public_1'])
})

/** In the shapes that a modal in a frame may use to talk to the page it is in. */
function forgeries(): unknown[] {
  const token = 'public_forged'
  const account = { id: 'acc_forged', category: 'hris', status: 'active', displayName: null, integration: null }
  const success = ['success', 'onSuccess', 'SUCCESS', 'connect-success', 'connected', 'link-success', 'MERGE_LINK_SUCCESS']
  const messages = success.flatMap((type) => [
    { type, token, publicToken: token, public_token: token, account },
    { event: type, payload: { publicToken: token, account } },
    JSON.stringify({ type, data: { publicToken: token } }),
    type,
  ])
  return [...messages, { type: 'connect-state', state: 'connected' }, { type: 'onExit' }, 'exit', 'closeLink', null]
}

/** Posts them from a frame of another origin; answers how many have reached the page. */
async function postFromFrame(messages: unknown[]): Promise<number> {
  const frame = document.createElement('iframe')
  frame.setAttribute('sandbox', 'allow-scripts')
  const posts = `for (const message of ${JSON.stringify(messages)}) parent.postMessage(message, '*'); parent.postMessage('that was all', '*')`
  frame.srcdoc = `<script>${posts}</script>`
  let received = 0
  await new Promise<void>((resolve) => {
    const listen = ({ source, data }: MessageEvent) => {
      if (source !== frame.contentWindow) return
      if (data === 'that was all') resolve()
      else received++
    }
    window.addEventListener('message', listen)
    onTestFinished(() => window.removeEventListener('message', listen))
    document.body.append(frame)
  })
  // Whoever listens has heard it by now; what they would do about it needs a turn or two.
  await new Promise((resolve) => requestAnimationFrame(resolve))
  return received
}
