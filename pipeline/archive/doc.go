// Package archive keeps the audio of calls in an evidence store, so that what is behind a flag can be heard.
//
// An Archiver is a consumer group of its own beside the workers': it decodes the same records, without analysing them, so
// its audio is theirs sample by sample. It reads as they do (pipeline.Consumer, pipeline.Calls), and commits a call's
// records once the store has its audio. Records that cannot be used are the workers' to tell of; here they are left out.
//
// All calls are written, since nobody knows before the end whether there will be a flag, and since a flag that is raised
// while the call goes on is to be heard then. Once a call has been judged, its audio stays or goes (keeper.go).
package archive
