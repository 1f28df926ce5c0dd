/*
 * What the switch table promises, as a model in Alloy 6: servers register at one of two proxies that share a store; leases end and are
 * replaced; an operator writes other grants and another hierarchy, which each proxy applies when it gets round to it. SwitchTableModelTest
 * checks it in small scopes, and that faults put into it are found. A line that a fault is put into ends with a name.
 */
module switchtable

sig Policy {}
sig Id {}
sig Grant { covers: set Policy }

/** One registration of a server. What it was told stands in it; nothing of it changes. */
sig Lease { policy: one Policy, id: one Id, by: one Grant, told: set Policy, home: one Proxy }

var sig Given in Lease {}
/** Those whose sessions stand. */
var sig Alive in Lease {}
/** Those that their own proxy ended. Others are over since their server registered anew. */
var sig Ended in Lease {}

/** What the operator has written: grants, and which policies (first) may be served by which (second). */
one sig Written { var grants: set Grant, var may: Policy -> Policy }

one sig Store { var entries: set Lease }

sig Proxy {
    /** The rules that it applied last. */
    var grants: set Grant,
    var may: Policy -> Policy,
    var knows: set Lease,
    /** Its snapshot: to whom a message of a policy may go. */
    var routes: Policy -> Lease
}
/** Those that have heard of all that the store has. */
var sig Synced in Proxy {}

fun snapshot[known: set Lease, grants: set Grant, may: Policy -> Policy]: Policy -> Lease {
    { p: Policy, l: known |
        l.by in grants and l.policy in l.by.covers                  // grant
        and (p = l.policy or (
            p -> l.policy in may                                    // hierarchy
            and p in l.told                                         // told
        )) }
}

fact start {
    no Given and no Alive and no Ended and no Store.entries and no Proxy.knows and no Proxy.routes
    Synced = Proxy
    all p: Proxy | p.grants = Written.grants and p.may = Written.may
}

pred unchanged[ps: set Proxy] {
    all p: ps | p.grants' = p.grants and p.may' = p.may and p.knows' = p.knows and p.routes' = p.routes
}
pred rulesStay { Written.grants' = Written.grants and Written.may' = Written.may }
pred publish[p: Proxy] { p.routes' = snapshot[p.knows', p.grants', p.may'] }
pred heard[p: Proxy] { Synced' = (Store.entries' = Store.entries implies Synced else Synced & p) }

/** A server registers; who had its policy and id before is out. */
pred setUp[l: Lease] {
    l not in Given
    l.by in l.home.grants and l.policy in l.by.covers
    l.told in l.home.may.(l.policy)
    let h = l.home, old = { o: Given - l | o.id = l.id and o.policy = l.policy } {
        Given' = Given + l
        Alive' = Alive - old + l
        Ended' = Ended
        h.knows' = h.knows - old + l
        Store.entries' = Store.entries - old + l                    // replacement
        h.grants' = h.grants and h.may' = h.may
        publish[h]
        unchanged[Proxy - h]
        heard[h]
    }
    rulesStay
}

/** A server's session ends, and its lease with it: it left, was silent, or its evidence is over. */
pred ends[l: Lease] {
    l in Alive
    Given' = Given
    Alive' = Alive - l
    Ended' = Ended + l
    l.home.knows' = l.home.knows - l
    Store.entries' = Store.entries - l                              // end
    l.home.grants' = l.home.grants and l.home.may' = l.home.may
    publish[l.home]                                                 // publish
    unchanged[Proxy - l.home]
    heard[l.home]
    rulesStay
}

/** The operator writes something else. Nobody has applied it yet. */
pred write {
    Given' = Given and Alive' = Alive and Ended' = Ended and Store.entries' = Store.entries and Synced' = Synced
    unchanged[Proxy]
}

/** A proxy puts into effect what is written: one snapshot, and the end of the leases that it holds and are not granted any more. */
pred apply[p: Proxy] {
    p.grants' = Written.grants and p.may' = Written.may
    let over = { l: Alive | l.home = p and not (l.by in Written.grants and l.policy in l.by.covers) } {
        Given' = Given
        Alive' = Alive - over
        Ended' = Ended + over
        p.knows' = p.knows - over
        Store.entries' = Store.entries - over
    }
    publish[p]                                                      // apply
    unchanged[Proxy - p]
    heard[p]
    rulesStay
}

/** A proxy hears of what the store has. */
pred sync[p: Proxy] {
    Given' = Given and Alive' = Alive and Ended' = Ended and Store.entries' = Store.entries
    p.knows' = Store.entries                                        // sync
    p.grants' = p.grants and p.may' = p.may
    publish[p]
    unchanged[Proxy - p]
    Synced' = Synced + p
    rulesStay
}

fact behaviour {
    always ((some l: Lease | setUp[l] or ends[l]) or write or (some p: Proxy | apply[p] or sync[p]))
}

/** To whom a message may go, as docs/policies.md says it: a live grant, and exactly this policy or one that is written and was told. */
pred allowed[m: Policy, l: Lease, grants: set Grant, may: Policy -> Policy] {
    l.by in grants
    l.policy in l.by.covers
    m != l.policy implies (l.policy in m.may and m in l.told)
}

assert safe {
    always {
        // whatever a proxy has heard, it routes by the rules that it has applied
        all p: Proxy, m: Policy, l: m.(p.routes) | l in Given and allowed[m, l, p.grants, p.may]
        // what it ended itself it routes to no more, at once
        all p: Proxy | no Policy.(p.routes) & home.p & Ended
        // and once it has heard all, everybody's are, and nobody's is there twice
        all p: Synced | Policy.(p.routes) in Alive
        all p: Synced, disj a, b: Policy.(p.routes) | a.policy != b.policy or a.id != b.id
        // with what is written applied, nothing else is routed by
        all p: Synced | (p.grants = Written.grants and p.may = Written.may) implies
            all m: Policy, l: m.(p.routes) | allowed[m, l, Written.grants, Written.may] and l in Alive
    }
}
check safe for 2 but 3 Policy, 2 Proxy, 1 Grant, 1 Id, 2 Lease, 5 steps

/** The model is not empty: a message of a wider policy gets to another proxy's server. */
pred widened { eventually some p: Proxy, l: Lease | l.home != p and l in (Policy - l.policy).(p.routes) }
run widened for 2 but 2 Policy, 2 Proxy, 1 Grant, 1 Id, 1 Lease, 4 steps
