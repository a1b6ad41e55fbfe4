console.log(process.version, process.env.PATH.split(':').slice(0, 3))
