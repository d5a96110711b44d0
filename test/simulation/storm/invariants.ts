/** What the judge holds: each rule by its name, in plain words. */
export const INVARIANTS = {
  'I1 an id goes out once':
    'No client order id goes on the wire a second time, whatever became of the first.',
  'I1 one order a decision':
    'One decision of a strategy makes one entry at most, under whatever command it comes.',
  'I2 fills':
    'Every fill that we say is one that the exchange made, of the same size; the sums of an order are ' +
    'those of its fills.',
  cash: 'Every movement of cash that we say is one that the exchange made, of the same amount.',
  'I3 position truth':
    'What we say we hold is what the exchange holds, at the latest 25 s of execution’s life after it ' +
    'changed; no order works there that is over for us; no position is nobody’s.',
  'I4 stop coverage':
    'All that is held has a live stop, or an exit under way, within 1 s in which position-risk was ' +
    'alive; a print through a stop starts an exit as fast, and no exit is denied while something is ' +
    'free to sell.',
  'I5 no trade before reconciliation':
    'Nothing goes out in a life whose books have not been compared, and no entry after a comparison ' +
    'failed.',
  'I6 single writer': 'Nothing goes out under an epoch that a newer life has fenced off.',
  'I7 intent before wire':
    'An order is on the disk, as one that leaves, before it leaves, and leaves as it was said.',
  'I8 limits':
    'No order is larger than asked or than its limit; one entry and one position an instrument; an exit ' +
    'closes no more than is held, less what other exits may still close.',
  'I10 legal':
    'Words about an order come in a legal order: none before it was submitted, none after its end.',
  'I11 no halt is broken':
    'No entry leaves 20 ms after execution took a halt, whether position-risk or a person said it.',
  'I13 convergence':
    'When all faults are over and some time has passed, no order is unknown, every command has its ' +
    'answer, and the books of execution, position-risk and the exchange are the same, with nothing left ' +
    'to sell.',
  'I14 determinism': 'A new life that takes again what the old one took says the same, word for word.',
  'one stop at the venue':
    'A position has one stop at the venue, and a moment in which one takes the place of another.',
  'no stop outlives':
    'A stop that guards nothing is under a cancel within 3 s of execution’s life, whoever else ' +
    'is alive; over a real adapter, which may be told to wait, within 60 s.',
  'said twice': 'No fact about an order, a fill or a position counts twice.',
  'stops only tighten': 'A stop moves from where it stood, and only towards the market.',
  'doubt ends':
    'While nothing hinders execution, and looks at the exchange show what is so, no order is without a ' +
    'clear state for 24 s.',
  'no halt binds an exit':
    'Whatever is halted, an exit of what we hold is denied only for what makes it impossible.',
  'only what was sent is an attempt':
    'The attempts of an exit count what was sent, not denials and not silence.',
  'no entry unheard':
    'No entry leaves when the exchange took an order of ours 20 s of execution’s life before, could tell ' +
    'nobody, and nobody listens anew since (real adapters).',
  'keys are kept': 'No key to listen with is let expire (USD-M).',
  'no expired entry': 'No entry leaves after the feed told a time behind its expiry.',
  'no entry without a guard':
    'No entry leaves when position-risk has been silent for more than 16 s of told time.',
  'no short of what nobody lends': 'No short entry of spot leaves where the account can’t be short.',
  'no entry on another setup':
    'No entry of a contract leaves 20 ms after execution took a comparison that found hedge mode, or ' +
    'another leverage or margin mode than at first, unless a person has let that be.',
  'no exit of what was taken':
    'No exit and no stop leaves where somebody else’s fill may have taken what it sells, until the books ' +
    'are compared.',
  'whose coins':
    'What came by deposit or airdrop never becomes ours by itself, and our books lose no more than was ' +
    'taken of ours: what goes is of what came first (spot).',
  'what a person settles':
    'What a person gives to the engine or takes from it is all ours or none of it from then on; only his ' +
    'command does either, and nothing is lost by it that nobody took.',
  'no entry on old news': 'No entry leaves when the last told time came to execution more than 3 s ago.',
  'left alone':
    'Nobody asks an exchange that has said that it wants no request for a while, as told to any process of ' +
    'this machine a second ago, also in a later life.',
  'nobody falls over': 'No process ends by itself, unless its lease is over or its disk fails.',
} as const satisfies Record<string, string>;

export type Invariant = keyof typeof INVARIANTS;
