package bugs

// A database has so many connections.
//
// Deadlock that needs three preemptions: four requests have a connection each, and ask for another one while they
// have it. Each of the first three has to lose its turn in between, though it could go on: there is a connection
// left. It is what a query inside of another query's rows does to a database/sql.DB with SetMaxOpenConns.
type database chan struct{}

func newDatabase(connections int) database { return make(database, connections) }

func (db database) open()  { db <- struct{}{} }
func (db database) close() { <-db }

// report asks for the details of an order while it reads the orders.
func (db database) report() {
	db.open() // pragma: SYNCPOINT
	defer db.close()
	db.open()
	db.close()
}

// reportRepaired reads the orders to their end first.
func (db database) reportRepaired() {
	db.open() // pragma: SYNCPOINT
	db.close()
	db.open()
	db.close()
}
