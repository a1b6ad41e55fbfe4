import SlButton from '@shoelace-style/shoelace/dist/components/button/button.component.js'
import light from '@shoelace-style/shoelace/dist/themes/light.styles.js'

// A well-kept button of a well-kept library on the same ground, Lit: a button with its states, and nothing of a flow.
SlButton.define('sl-button')

export async function draw(parent, count) {
  document.adoptedStyleSheets = [light.styleSheet]
  const elements = Array.from({ length: count }, () => {
    const element = document.createElement('sl-button')
    element.setAttribute('variant', 'primary')
    element.textContent = 'Connect your HR system'
    return element
  })
  parent.append(...elements)
  await elements.at(-1).updateComplete
}
