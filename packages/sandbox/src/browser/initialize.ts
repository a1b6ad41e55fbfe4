import { installMergeLinkStub } from '@connect-integration/element/testing'
import { sandboxBackend } from './backend.ts'

// The script finds the sandbox where it came from, so the page names that address once.
const script = document.currentScript as HTMLScriptElement
installMergeLinkStub({ backend: sandboxBackend(new URL(script.src).origin, window.fetch.bind(window)) })
