// Loads, but brings nothing the first time.
window.scriptAttempts = (window.scriptAttempts ?? 0) + 1
if (window.scriptAttempts > 1) window.MergeLink = { initialize: (config) => config.onReady(), openLink: (config) => config.onExit() }
