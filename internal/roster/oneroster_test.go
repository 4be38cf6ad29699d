package roster_test

import (
	"strings"
	"testing"

	"inkwell/internal/db/dbtest"
	"inkwell/internal/roster"
)

// What exporters really write: a byte order mark, CRLF, columns in their own order and more
// of them than anybody knows, lists in one quoted cell, blank and filled statuses.
func TestTheTrapsOfOneRoster(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	f := files{
		"manifest.csv": "\ufeffpropertyName,value\r\nmanifest.version,1.0\r\noneroster.version,1.2\r\nfile.orgs,bulk\r\nfile.users,bulk\r\nfile.roles,bulk\r\nfile.classes,bulk\r\n" +
			"file.enrollments,bulk\r\nfile.academicSessions,absent\r\nfile.courses,absent\r\nsource.systemName,Any\r\n",
		"orgs.csv": "\ufeffparentSourcedId,sourcedId,status,dateLastModified,name,type,identifier\r\n,trust,,,\"Trust, The\",district,\r\ntrust,s1,,,Ash,school,\r\ns1,art,,,Art,department,\"12\r\n34\"\r\n",
		"users.csv": "\ufeffsourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,preferredGivenName,preferredFamilyName,identifier,email,password,grades,resourceSourcedIds\r\n" +
			"p1,,,true,Sam.Bell,\"{MIS:9},{UPN:A12345678901Z}\",Samuel,Bell,Sam,,,sam@x,secret,\"09\",\r\n" + // preferred given name
			"p2,active,2026-09-01,true,zoe,{UPN:zoe@school.example},Zoë,Ní Dhálaigh,,,A12345678902Z,,,KG,\r\n" + // that UPN is an address; the number is the identifier
			"t1,,,true,tom,,Tom,Reid,,,,,,,\r\n" + // at the department, which is Ash's
			"h1,,,true,hq,,Hal,Quinn,,,,,,,\r\n" + // at the trust alone
			"d1,,,false,dis,,Dis,Abled,,,,,,07,\r\n" + // switched off
			"g1,,,true,,,Gran,Bell,,,,,,,\r\n" + // a grandmother needs no user name
			"e1,,,true,ended,,Eddy,Ended,,,,,,,\r\n", // their only role is over
		"roles.csv": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId\n" +
			"r1,,,p1,primary,student,,,s1,\nr2,,,p2,primary,student,,,s1,\nr3,,,t1,primary,teacher,,,art,\nr4,,,t1,secondary,aide,,,s1,\nr5,,,t1,secondary,teacher,,,trust,\n" +
			"r6,,,h1,primary,districtAdministrator,,,trust,\nr7,,,d1,primary,student,,,s1,\nr8,,,g1,primary,guardian,,,s1,\n" +
			"r9,,,e1,primary,teacher,2026-09-01,2026-11-24,s1,\nr10,,,p2,secondary,teacher,2026-11-25,,s1,\n",
		"classes.csv": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods\n" +
			"c1,,,Maths,\"09,10\",x,9x/Ma1,scheduled,,s1,,\"Mathematics,Statistics\",,1\nc2,,,Maths,09,x,9y/Ma1,scheduled,,s1,,,,\nc3,,,9A,09,x,9A,homeroom,,s1,,,,\n",
		"enrollments.csv": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate\n" +
			"1,,,c1,s1,p1,student,false,2026-09-01,2027-01-01\n2,,,c1,s1,t1,teacher,true,,\n3,,,c2,s1,p1,student,false,2026-09-01,2026-11-24\n4,,,c3,s1,p1,student,false,,\n" +
			"5,,,c3,s1,d1,student,false,,\n6,,,c1,s1,t1,proctor,false,,\n7,,,c2,s1,t1,aide,false,,\n",
	}
	result := o.must(t, roster.Applied, f.zipped(t))
	want := strings.Join([]string{
		"Ash|sam.bell|Sam|Bell|9|pupil|9A/registration/9//pupil/2027-09-01,Maths (9x/Ma1)/teaching//Mathematics/pupil/2027-01-01",
		"Ash|tom|Tom|Reid|assistant,teacher|Maths (9x/Ma1)/teaching//Mathematics/teacher/2027-09-01",
		"Ash|zoe|Zoë|Ní Dhálaigh|0|pupil",
		"Trust, The|hq|Hal|Quinn|assistant",
	}, "\n")
	if got := people(t, o.db); got != want {
		t.Errorf("got\n%s\nwant\n%s\n%+v", got, want, result.Counts)
	}
	if kind := dbtest.Value[string](t, o.db, "SELECT kind FROM school WHERE name = 'Trust, The'"); kind != "office" {
		t.Errorf("the trust's own office is a %s", kind)
	}
	if n := dbtest.Value[int](t, o.db, "SELECT count(*) FROM roster_identity WHERE upn_digest IS NOT NULL"); n != 2 {
		t.Errorf("%d UPNs were found, want 2", n)
	}
	o.must(t, roster.Unchanged, f.folder(t))
	for column, twice := range map[string]string{"users.csv": "p1,", "classes.csv": "c1,", "roles.csv": "r1,", "enrollments.csv": "1,"} {
		again := files{}
		for name, text := range f {
			again[name] = text
		}
		i := strings.Index(f[column], "\n"+twice)
		line, _, _ := strings.Cut(f[column][i+1:], "\n")
		again[column] += line + "\n"
		if result := o.must(t, roster.Refused, again.folder(t)); !strings.Contains(result.Bad.Lines(1)[0], "the same sourcedId is in line 2") {
			t.Errorf("%s: %v", column, result.Bad.Lines(3))
		}
	}
}

// A delta of roles alone gives one and takes one, and leaves the others.
func TestADeltaOfRoles(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.must(t, roster.Applied, generate(2, 60).oneRoster("1.2").folder(t))
	head := "propertyName,value\noneroster.version,1.2\nfile.roles,delta\n"
	roles := "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId\n"
	d := files{"manifest.csv": head, "roles.csv": roles + "x1,active,2026-11-24,S0-t0,secondary,aide,,,S0\nx2,active,2026-11-24,S0-t0,secondary,teacher,,,S1\nr-S0-t1-S0,tobedeleted,2026-11-24,S0-t1,primary,teacher,,,S0\n"}
	result := o.must(t, roster.Applied, d.folder(t))
	if c := result.Counts; c.Joiners != 1 || c.Changed != 1 || c.Leavers != 1 {
		t.Errorf("%+v", c)
	}
	all := people(t, o.db)
	if !strings.Contains(all, "School 000|u0|Sam|Bell|assistant,teacher") || !strings.Contains(all, "School 001|u0|Sam|Bell|teacher") || strings.Contains(all, "|u1|") {
		t.Errorf("%.600s", all)
	}
	o.must(t, roster.Unchanged, d.folder(t))
	stranger := files{"manifest.csv": head, "roles.csv": roles + "x9,active,2026-11-24,nobody,primary,teacher,,,S0\n"}
	if result := o.must(t, roster.Refused, stranger.folder(t)); !strings.Contains(result.Bad.Lines(1)[0], "nobody is known by this sourcedId yet") {
		t.Errorf("%v", result.Bad.Lines(3))
	}
}
