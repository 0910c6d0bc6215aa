// Package review is the web application: inspectors listen to flagged calls and judge them, agents see what is held
// against them and appeal, leaders and managers decide, and everybody sees the score as it follows from the verdicts.
//
// Pages are made on the server from templates; what JavaScript there is makes them quick, and nothing but playing audio
// needs it. Every route stands in one table (routes.go) with the roles that may use it, and the mux, the guard and the
// table in docs/routes.md all come from there. Data is read and written only through pipeline/store, and every reading
// names the teams or the agent that the reader is bound to.
package review
