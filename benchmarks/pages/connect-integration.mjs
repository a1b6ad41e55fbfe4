import '@connect-integration/element/connect-integration.js'

// As a page would have them, without a click: nothing is asked of any server.
export async function draw(parent, count) {
  const elements = Array.from({ length: count }, () => {
    const element = document.createElement('connect-integration')
    element.setAttribute('endpoint', '/api/integrations')
    element.setAttribute('category', 'hris')
    element.textContent = 'Connect your HR system'
    return element
  })
  parent.append(...elements)
  await elements.at(-1).updateComplete
}
