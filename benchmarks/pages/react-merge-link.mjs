import { useMergeLink } from '@mergeapi/react-merge-link'
import { createElement, useCallback, useState } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'

// What a product writes over Merge's own hook for React. Its script is never answered here, so that only the rendering is measured.
function ConnectButton({ linkToken }) {
  const [connected, setConnected] = useState(false)
  const onSuccess = useCallback(() => setConnected(true), [])
  const { open, isReady } = useMergeLink({ linkToken, onSuccess })
  const label = connected ? 'Connected' : 'Connect your HR system'
  return createElement('button', { type: 'button', className: 'connect', disabled: !isReady, onClick: open }, label)
}

export async function draw(parent, count) {
  const style = document.createElement('style')
  style.textContent =
    '.connect { min-height: 44px; padding: 0.5em 2.25em; border: 1px solid transparent; border-radius: 0.5em; background: #1f56d8; color: #fff; font: inherit; font-weight: 600 }'
  document.head.append(style)
  const buttons = Array.from({ length: count }, (_, key) => createElement(ConnectButton, { key, linkToken: '' }))
  flushSync(() => createRoot(parent).render(buttons))
}
