import { createElement, useCallback, useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'

// What a product writes by hand over a hook that loads a script when it is mounted, as Merge's own hook for React does.
// The script is never answered here, so that only the rendering is measured.
function useLink({ linkToken, onSuccess }) {
  const [loaded, setLoaded] = useState(false)
  const [ready, setReady] = useState(false)
  useEffect(() => {
    const address = 'https://modal.test/initialize.js'
    if (document.querySelector(`script[src="${address}"]`)) return
    const script = document.createElement('script')
    script.src = address
    script.async = true
    script.addEventListener('load', () => setLoaded(true))
    document.body.append(script)
  }, [])
  useEffect(() => {
    if (loaded && linkToken) globalThis.MergeLink?.initialize({ linkToken, onSuccess, onReady: () => setReady(true) })
  }, [loaded, linkToken, onSuccess])
  const open = useCallback(() => globalThis.MergeLink?.openLink({ linkToken, onSuccess }), [linkToken, onSuccess])
  return { open, ready }
}

function ConnectButton({ linkToken }) {
  const [connected, setConnected] = useState(false)
  const onSuccess = useCallback(() => setConnected(true), [])
  const { open, ready } = useLink({ linkToken, onSuccess })
  const label = connected ? 'Connected' : 'Connect your HR system'
  return createElement('button', { type: 'button', className: 'connect', disabled: !ready, onClick: open }, label)
}

export async function draw(parent, count) {
  const style = document.createElement('style')
  style.textContent =
    '.connect { min-height: 44px; padding: 0.5em 2.25em; border: 1px solid transparent; border-radius: 0.5em; background: #1f56d8; color: #fff; font: inherit; font-weight: 600 }'
  document.head.append(style)
  const buttons = Array.from({ length: count }, (_, key) => createElement(ConnectButton, { key, linkToken: '' }))
  flushSync(() => createRoot(parent).render(buttons))
}
