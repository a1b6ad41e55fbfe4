import '@connect-integration/element/define'

// No framework: the tags and the events are known to the DOM's own functions.
const button = document.querySelector('connect-integration')
button?.open()
document.createElement('integration-list').refresh()
document.createElement('integration-catalog').category = 'hris'
button?.addEventListener('connect-success', (event) => event.detail.account.integration?.name.trim())
document.addEventListener('connect-exit', (event) => event.detail.reason === 'cancelled')
document.body.addEventListener('integration-deleted', ({ detail }) => detail.account.id.trim())
// @ts-expect-error: no such detail
button?.addEventListener('connect-exit', (event) => event.detail.why)
// @ts-expect-error: no such attribute
document.createElement('integration-list').integration = 'bamboohr'
