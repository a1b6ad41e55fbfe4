const say = (text) => {
  document.getElementById('notice').textContent = text
}

document.addEventListener('connect-success', ({ detail }) => say(`${detail.account.integration?.name ?? 'Your system'} is connected.`))
document.addEventListener('integration-deleted', ({ detail }) =>
  say(`${detail.account.integration?.name ?? 'The integration'} was deleted.`),
)
