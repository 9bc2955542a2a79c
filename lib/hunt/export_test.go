package hunt

// Hunts tells whether the process is to hunt.
var Hunts = theHunter != nil
