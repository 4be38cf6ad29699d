package kiosk

import (
	"testing"

	"inkwell/internal/web/webtest"
	"inkwell/release"
)

// onlyAsking is the key of the one browser that shows a code.
func (d *fakeDesk) onlyAsking(t testing.TB) (k release.DeviceKey) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.browsers.asking) != 1 {
		t.Fatalf("%d browsers ask", len(d.browsers.asking))
	}
	for _, k = range d.browsers.asking {
	}
	return k
}

// A tablet is paired, is ready again after its power was cut, and forgets everything once it is
// unpaired. Its key can be read by nobody.
func TestATabletsLife(t *testing.T) {
	b := webtest.Start(t)
	e := newRemote(t, newFakeDesk(twoJobs()...))
	p := newPage(t, b)
	p.Open(e.server.URL + "/kiosk")
	p.wait(FacePair)
	p.Seen("ABCD 2345")
	key := e.desk.onlyAsking(t)
	e.desk.pair(key)
	p.wait(FacePaired)
	p.wait(FaceIdle)
	p.Seen("Tap your badge")

	p.Open("about:blank")
	p.Open(e.server.URL + "/kiosk")
	p.wait(FaceIdle)
	p.Badge(badge)
	p.wait(FaceJobs)
	p.Eval(`indexedDB.open('inkwell-kiosk').onsuccess = (o) => {
		o.target.result.transaction('key').objectStore('key').get('own').onsuccess = async (e) => {
			const pair = e.target.result;
			window.found = [pair.privateKey.extractable, pair.privateKey.usages.join()].join();
			await crypto.subtle.exportKey('pkcs8', pair.privateKey).catch(() => { window.found += ',refused'; });
		};
		o.target.result.close();
	}`)
	p.Until(`window.found === 'false,sign,refused'`)

	e.desk.unpair(key)
	p.wait("over")
	p.Until(`indexedDB.databases().then((all) => { window.bases = all.length; }), window.bases === 0`)
	p.nothingPersonal()
	p.Unhurt()
	p.Click("[data-again]")
	p.wait(FacePair)
	if again := e.desk.onlyAsking(t); again == key {
		t.Error("it has kept its key")
	}
}

// A tablet that device management opens with a link is ready without a touch.
func TestAManagedTablet(t *testing.T) {
	b := webtest.Start(t)
	e := newRemote(t, newFakeDesk(twoJobs()...))
	p := newPage(t, b)
	p.Open(e.server.URL + "/kiosk#link=" + theLink)
	p.wait(FaceIdle)
	p.Unhurt()
}
