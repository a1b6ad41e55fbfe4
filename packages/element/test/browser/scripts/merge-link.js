// The least that the element needs; opens nothing and counts how often it ran.
window.scriptRuns = (window.scriptRuns ?? 0) + 1
window.MergeLink = { initialize: (config) => config.onReady(), openLink: (config) => config.onExit(), closeLink() {} }
