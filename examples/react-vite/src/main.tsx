import { ConnectIntegration, IntegrationList } from '@connect-integration/element/react'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'

const endpoint = '/api/integrations'

function Settings() {
  const [notice, setNotice] = useState('')
  return (
    <main>
      <h1>Integrations</h1>
      <ConnectIntegration
        endpoint={endpoint}
        category="hris"
        onSuccess={({ account }) => setNotice(`${account.integration?.name ?? 'Your system'} is connected.`)}
      >
        Connect your HR system
      </ConnectIntegration>
      <p role="status">{notice}</p>
      <IntegrationList
        endpoint={endpoint}
        onDeleted={({ account }) => setNotice(`${account.integration?.name ?? 'The integration'} was deleted.`)}
      />
    </main>
  )
}

createRoot(document.getElementById('app') as HTMLElement).render(
  <StrictMode>
    <Settings />
  </StrictMode>,
)
